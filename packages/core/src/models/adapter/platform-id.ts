/** Id under which the other address of a provider is asked. */
export function platformId(provider: string): string {
  return `${provider}-platform`;
}
