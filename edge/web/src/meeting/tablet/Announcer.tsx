import { useTranslation } from "react-i18next";
import { useMotion } from "../parts/snapshots";
import { useDesk, useView } from "./context";
import { useDisplay } from "./display";
import { news } from "./news";
import { useSpoken } from "./voice";
import { useWitness } from "./witness";

/** Says the vote's news to those who do not see the screen: a live region for screen readers, and the tablet's own voice where it is on. */
export function Announcer() {
  const { t, i18n } = useTranslation();
  const desk = useDesk();
  const motion = useMotion(desk.meeting);
  const { votes } = useView();
  const witness = useWitness(motion);
  const vote = votes[motion?.motion ?? ""];
  // The voice is Vietnamese whatever language the page is in, as the question is.
  useSpoken(news(i18n.getFixedT("vi"), motion, vote, witness), useDisplay().voice === "on");
  return (
    <p className="sr-only" role="status" aria-live="polite" data-announcer>
      {news(t, motion, vote, witness)}
    </p>
  );
}
