export default function Page() {
  return <h1>platform/apps</h1>;
}
