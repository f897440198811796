export default function Page() {
  return <h1>platform/targets</h1>;
}
