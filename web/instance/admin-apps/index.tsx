export default function Page() {
  return <h1>instance/admin-apps</h1>;
}
