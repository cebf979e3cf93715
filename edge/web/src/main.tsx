import "@mantine/core/styles.css";
import "./ground/tokens/fonts.css";
import "./ground/tokens/tokens.css";
import { MantineProvider, mergeThemeOverrides } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { useTranslation } from "react-i18next";
import { RouterProvider } from "react-router/dom";
import { Refused } from "./ground/http/client";
import { theme, variables } from "./ground/tokens/theme";
import { startWords } from "./ground/words/i18n";
import { router } from "./routes";

/** A refusal is an answer: asking again changes nothing. Only silence is asked again. */
function again(count: number, error: Error): boolean {
  return count < 3 && error instanceof Refused && (error.status === 0 || error.status >= 500);
}

const client = new QueryClient({
  defaultOptions: { queries: { retry: again, staleTime: 5000, networkMode: "always" }, mutations: { networkMode: "always" } },
});

/** Mantine's own buttons without a word get one, in the reader's language. */
function Dressed({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const close = { defaultProps: { closeButtonProps: { "aria-label": t("ground.close") } } };
  const worded = mergeThemeOverrides(theme, { components: { Modal: close, Drawer: close } });
  return (
    <MantineProvider theme={worded} cssVariablesResolver={variables} defaultColorScheme="light">
      {children}
    </MantineProvider>
  );
}

async function start(root: HTMLElement): Promise<void> {
  await startWords();
  createRoot(root).render(
    <StrictMode>
      <Dressed>
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </Dressed>
    </StrictMode>,
  );
}

const root = document.getElementById("root");
if (root !== null) void start(root);
