import { IconCircleCheck, IconCircleDashedCheck, IconCircleX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Count } from "../../ground/wire";
import type { Asked } from "./choice";
import { verdictNumbers, verdictState, verdictWord } from "./verdict";
import classes from "./Verdict.module.css";

const SHAPES = { adopted: IconCircleCheck, partly: IconCircleDashedCheck, rejected: IconCircleX };

interface Props {
  count: Count;
  asked: Asked;
  weights?: boolean | undefined;
  size?: number;
  /** In one line, where a long list stands below. */
  flat?: boolean;
}

/** Adopted or not, elected or not: shape, word, and the numbers that it rests on. */
export function Verdict({ count, asked, weights, size = 44, flat = false }: Props) {
  const { t } = useTranslation();
  const state = verdictState(count);
  const Shape = SHAPES[state];
  return (
    <div className={classes[state]}>
      <Shape size={size} stroke={2} aria-hidden="true" />
      <div className={flat ? classes.flat : undefined}>
        <p className={classes.word} style={{ fontSize: size * 0.75 }}>
          {verdictWord(t, count, asked)}
        </p>
        <p className={classes.numbers}>{verdictNumbers(t, count, asked, weights)}</p>
      </div>
    </div>
  );
}
