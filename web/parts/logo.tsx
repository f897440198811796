import logos from 'virtual:logos';
import { Avatar } from '@mantine/core';

/** An app's logo. Its name stands beside it, so it is nothing to read out. */
export function Logo({ slug, name, size = 40 }: { slug: string; name: string; size?: number }) {
  const address = logos[slug];
  if (address !== undefined) return <img src={address} width={size} height={size} alt="" loading="lazy" />;
  return (
    <Avatar size={size} radius="md" color="gray" aria-hidden>
      {name.slice(0, 1).toUpperCase()}
    </Avatar>
  );
}
