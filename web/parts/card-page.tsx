import { Center, Container, Paper, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

/** A page of one small card: sign-in, set-up. */
export function CardPage({
  title,
  about,
  children,
}: {
  title: string;
  about?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Keyferry`;
  }, [title]);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Container size={420} w="100%" p={0}>
        <Paper withBorder p={{ base: 'md', sm: 'xl' }} radius="lg">
          <Stack>
            <div>
              <Title order={1} size="h2">
                {title}
              </Title>
              {about && <Text c="dimmed">{about}</Text>}
            </div>
            {children}
          </Stack>
        </Paper>
      </Container>
    </Center>
  );
}
