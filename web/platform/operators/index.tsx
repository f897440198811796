export default function Page() {
  return <h1>platform/operators</h1>;
}
