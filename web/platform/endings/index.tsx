export default function Page() {
  return <h1>platform/endings</h1>;
}
