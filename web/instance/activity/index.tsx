export default function Page() {
  return <h1>instance/activity</h1>;
}
