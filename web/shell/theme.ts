import { type CSSVariablesResolver, createTheme, defaultVariantColorsResolver } from '@mantine/core';

/** Text on a tint of its own colour, dark enough to read (WCAG AA) in both schemes. */
const READABLE = {
  background: (colour: string) =>
    `light-dark(var(--mantine-color-${colour}-0), color-mix(in srgb, var(--mantine-color-${colour}-9) 35%, transparent))`,
  text: (colour: string) =>
    `light-dark(color-mix(in srgb, var(--mantine-color-${colour}-9) 70%, black), var(--mantine-color-${colour}-2))`,
};

export const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: 9,
  autoContrast: true,
  luminanceThreshold: 0.3,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  headings: { fontWeight: '650' },
  components: {
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close the notice' } } },
    // Its <header> would else count as a second banner of the page.
    Modal: { defaultProps: { attributes: { header: { role: 'presentation' } } } },
  },
  variantColorResolver(input) {
    const resolved = defaultVariantColorsResolver(input);
    const colour = input.color ?? input.theme.primaryColor;
    if (input.variant !== 'light') return resolved;
    return { ...resolved, background: READABLE.background(colour), color: READABLE.text(colour) };
  },
});

/** A filled button under the pointer: Mantine's own is paler, and white on it hard to read. */
const HOVERED = Object.fromEntries(
  ['teal', 'red'].map(colour => [
    `--mantine-color-${colour}-filled-hover`,
    `color-mix(in srgb, var(--mantine-color-${colour}-filled) 88%, black)`,
  ]),
);

/** Text of a menu's present place and of quiet buttons: under the pointer Mantine's own is too pale on its tint. */
const ON_TINT = Object.fromEntries(
  ['teal', 'red'].map(colour => [`--mantine-color-${colour}-light-color`, READABLE.text(colour)]),
);

/** Mantine's own greys and reds for small text are too pale for WCAG AA. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...HOVERED,
    ...ON_TINT,
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-placeholder': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    '--mantine-color-anchor': 'var(--mantine-color-teal-9)',
    '--mantine-color-teal-light': 'var(--mantine-color-teal-0)',
    '--mantine-color-teal-light-hover': 'var(--mantine-color-teal-1)',
  },
  dark: {
    ...HOVERED,
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-placeholder': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
    '--mantine-color-anchor': 'var(--mantine-color-teal-3)',
  },
});
