import { useEffect, useSyncExternalStore } from "react";

/** The last one that was found: browsers make new objects of the same voice. */
let found: SpeechSynthesisVoice | undefined;

/** Only voices that live on the tablet: what is voted on is not sent to anybody to be read out. */
function find(): SpeechSynthesisVoice | undefined {
  if (!("speechSynthesis" in window)) return undefined;
  const voice = speechSynthesis.getVoices().find(({ lang, localService }) => localService && /^vi\b/i.test(lang));
  if (voice?.voiceURI !== found?.voiceURI) found = voice;
  return found;
}

function subscribe(call: () => void): () => void {
  if (!("speechSynthesis" in window)) return () => {};
  speechSynthesis.addEventListener("voiceschanged", call);
  return () => speechSynthesis.removeEventListener("voiceschanged", call);
}

/** The tablet's Vietnamese voice. Browsers find their voices some time after the page; undefined while, or where, there is none. */
export function useVoice(): SpeechSynthesisVoice | undefined {
  return useSyncExternalStore(subscribe, find);
}

/** Say this, and nothing that was begun before. A little slower than browsers do, as one reads to a hall. */
export function speak(voice: SpeechSynthesisVoice, text: string): void {
  speechSynthesis.cancel();
  const words = new SpeechSynthesisUtterance(text);
  words.voice = voice;
  words.lang = voice.lang;
  words.rate = 0.9;
  speechSynthesis.speak(words);
}

/** Says `text` whenever it changes; falls silent when it is switched off. */
export function useSpoken(text: string, on: boolean): void {
  const voice = useVoice();
  useEffect(() => {
    if (!on || voice === undefined || text === "") return undefined;
    speak(voice, text);
    return () => speechSynthesis.cancel();
  }, [text, on, voice]);
}
