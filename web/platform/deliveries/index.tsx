export default function Page() {
  return <h1>platform/deliveries</h1>;
}
