declare module 'virtual:logos' {
  /** The address of an app's logo, by slug. Apps of the operator's own file have none. */
  const logos: Readonly<Record<string, string>>;
  export default logos;
}
