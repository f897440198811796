export default function Page() {
  return <h1>instance/settings</h1>;
}
