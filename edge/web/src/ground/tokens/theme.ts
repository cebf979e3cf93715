import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";
import button from "./button.module.css";

const indigo: MantineColorsTuple = ["#eef3f9", "#dbe6f1", "#b9cde3", "#98b8d8", "#7fb2e5", "#5b8fc4", "#3a6ea6", "#1f4b7a", "#183c63", "#112c4a"];
const lacquer: MantineColorsTuple = ["#fbefec", "#f7dcd6", "#f1b9ae", "#f09b8a", "#f0816c", "#d75c46", "#c0442f", "#a8321f", "#862818", "#641d12"];
const jade: MantineColorsTuple = ["#e8f6f1", "#cdebe1", "#9bd8c4", "#65d0ac", "#35c79a", "#1aa97e", "#069069", "#00795b", "#006149", "#004936"];
const ember: MantineColorsTuple = ["#fdf2e9", "#fbe2cd", "#f8c79f", "#f7b17b", "#f59a57", "#e57d2d", "#cf630f", "#b84a00", "#933b00", "#6e2c00"];
const amber: MantineColorsTuple = ["#fbf6e3", "#f5ebc1", "#eddb8f", "#e8d175", "#e3c75a", "#c4a52f", "#a68814", "#8a6d00", "#6e5700", "#534100"];
/** Mantine's own greys of the dark scheme, in the tokens' blue-black. */
const dark: MantineColorsTuple = ["#f2efe8", "#cfd3d6", "#a9b4bd", "#7d8a95", "#35424e", "#2c3843", "#18212a", "#141b22", "#0f151b", "#0b1015"];

/**
 * Mantine dressed in the tokens. Names: `indigo` is the action, `lacquer` attention, `jade` for, `ember` against,
 * `amber` waiting. Sizes follow tokens.css; nothing here should be needed twice.
 */
export const theme = createTheme({
  colors: { dark, indigo, lacquer, jade, ember, amber },
  primaryColor: "indigo",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  fontFamily: '"Be Vietnam Pro", "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "DejaVu Sans Mono", monospace',
  headings: { fontFamily: '"Be Vietnam Pro", "Noto Sans", sans-serif', fontWeight: "700" },
  fontSizes: { xs: "0.875rem", sm: "0.875rem", md: "1rem", lg: "1.125rem", xl: "1.375rem" },
  lineHeights: { xs: "1.45", sm: "1.45", md: "1.45", lg: "1.45", xl: "1.45" },
  spacing: { xs: "4px", sm: "8px", md: "16px", lg: "24px", xl: "32px" },
  radius: { sm: "6px", md: "10px" },
  defaultRadius: "md",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    // A long word in either language makes a button taller, never cut. By class: what stands in `style` no page could hide.
    Button: {
      defaultProps: { size: "md" },
      classNames: { root: button.root ?? "", inner: button.inner ?? "", label: button.label ?? "" },
    },
    TextInput: { defaultProps: { size: "md" } },
    PasswordInput: { defaultProps: { size: "md" } },
    Textarea: { defaultProps: { size: "md" } },
    Select: { defaultProps: { size: "md" } },
    NumberInput: { defaultProps: { size: "md" } },
    Modal: { defaultProps: { centered: true, radius: "md" }, styles: { title: { fontSize: "1.375rem", fontWeight: 700, lineHeight: 1.35 } } },
    Drawer: { styles: { title: { fontSize: "1.125rem", fontWeight: 700, lineHeight: 1.35 } } },
    Paper: { defaultProps: { radius: "md" } },
    Checkbox: { styles: { description: { fontSize: "0.875rem" } } },
    InputWrapper: { styles: { description: { fontSize: "0.875rem" } } },
  },
});

/** Mantine's own variables follow the tokens, so that its components and our CSS cannot drift apart. */
export const variables: CSSVariablesResolver = () => {
  const shared = {
    "--mantine-color-body": "var(--paper)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--quiet)",
    "--mantine-color-placeholder": "var(--quiet)",
    "--mantine-color-default": "var(--card)",
    "--mantine-color-default-color": "var(--ink)",
    "--mantine-color-default-border": "var(--line)",
    "--mantine-color-default-hover": "var(--sunk)",
    "--mantine-color-anchor": "var(--action)",
    "--mantine-color-error": "var(--attention)",
  };
  return { variables: {}, light: shared, dark: shared };
};
