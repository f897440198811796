export default function Page() {
  return <h1>platform/connections</h1>;
}
