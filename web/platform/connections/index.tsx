import { useParams } from 'wouter';
import { ConnectionList } from './connection-list.tsx';
import { ConnectionPage } from './connection-page.tsx';

export default function Connections() {
  const { id } = useParams<{ id?: string }>();
  return id === undefined ? <ConnectionList /> : <ConnectionPage id={id} />;
}
