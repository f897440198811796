export default function Page() {
  return <h1>instance/users</h1>;
}
