import logos from 'virtual:logos';

/** An app's logo. Its name stands beside it, so it is nothing to read out. */
export function AppLogo({ slug, name, size = 40 }: { slug: string; name: string; size?: number }) {
  const address = logos[slug];
  if (address !== undefined) return <img src={address} width={size} height={size} alt="" />;
  return (
    <span className="letter" aria-hidden>
      {name.slice(0, 1).toUpperCase()}
    </span>
  );
}
