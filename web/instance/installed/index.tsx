export default function Page() {
  return <h1>instance/installed</h1>;
}
