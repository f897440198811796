import { Badge, type MantineColor } from '@mantine/core';

export interface StatusLook {
  readonly label: string;
  readonly colour: MantineColor;
}

/** A state in one word. Colour never says it alone. */
export function Status({ look }: { look: StatusLook }) {
  return (
    <Badge variant="light" color={look.colour} tt="none" fw={600} miw="max-content">
      {look.label}
    </Badge>
  );
}
