export default function Page() {
  return <h1>instance/credentials</h1>;
}
