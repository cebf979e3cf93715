import "@mantine/core/styles.css";
import "./ground/tokens/fonts.css";
import "./ground/tokens/tokens.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
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

async function start(root: HTMLElement): Promise<void> {
  await startWords();
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="light">
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}

const root = document.getElementById("root");
if (root !== null) void start(root);
