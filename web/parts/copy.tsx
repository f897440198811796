import { ActionIcon, Button, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';

/** Copies a text. `label` says what: "Copy the id of ann@acme.test". */
export function Copy({ value, label, wide = false }: { value: string; label: string; wide?: boolean }) {
  return (
    <CopyButton value={value} timeout={2_000}>
      {({ copied, copy }) => {
        const icon = copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />;
        if (wide) {
          return (
            <Button size="xs" variant="default" leftSection={icon} onClick={copy}>
              {copied ? 'Copied' : label}
            </Button>
          );
        }
        return (
          <Tooltip label={copied ? 'Copied' : label}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="md"
              aria-label={copied ? 'Copied' : label}
              onClick={copy}
            >
              {icon}
            </ActionIcon>
          </Tooltip>
        );
      }}
    </CopyButton>
  );
}
