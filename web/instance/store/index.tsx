export default function Page() {
  return <h1>instance/store</h1>;
}
