declare module '*/package.json' {
  const description: { readonly version: string };
  export default description;
}
