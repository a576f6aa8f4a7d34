import { MakeElement, ShowCard } from "./notice.js";

/** Shows what is done now, and the share of the work that is done, 0..1. */
export type ShowProgress = (doing: string, done: number) => void;

/**
 * Puts a card with a progress bar and a button to stop into the middle of the page.
 *
 * @param overlay where it is shown
 * @param title what the work is
 * @param abort the button's
 * @returns brings it up to date
 */
export function ShowProgressCard(overlay: HTMLElement, title: string, abort: AbortController): ShowProgress {
    const card = ShowCard(overlay, title, "", []);
    const line = card.querySelector("p")!;
    const bar = document.createElement("progress");
    const cancel = MakeElement("button", "Cancel");
    cancel.addEventListener("click", () => {
        card.remove();
        abort.abort();
    });
    card.append(bar, cancel);
    return (doing, done) => {
        line.textContent = `${doing} …`;
        bar.value = done;
    };
}
