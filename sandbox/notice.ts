import { AvatarError } from "babylon-gaussian-avatar";

/** Says in the middle of the page that something went wrong, and what to do about it. */
export function ShowError(overlay: HTMLElement, error: unknown): void {
    console.error(error);
    if (error instanceof AvatarError && error.code === "webgpu-unavailable") {
        ShowCard(overlay, "This page needs WebGPU", error.message, [
            "Use a recent Chrome, Edge, Firefox or Safari, on a computer or a phone.",
            "Open the page over https, or from localhost.",
            "Switch hardware acceleration on in the browser's settings.",
            "On Linux, Chrome may need chrome://flags/#enable-unsafe-webgpu.",
        ]);
        return;
    }
    ShowCard(overlay, "This did not work", error instanceof Error ? error.message : String(error), []);
}

/** Puts a card with a title, a sentence and a list into the middle of the page. */
export function ShowCard(overlay: HTMLElement, title: string, text: string, advice: readonly string[]): HTMLElement {
    const card = document.createElement("section");
    card.className = "card";
    card.append(MakeElement("h2", title), MakeElement("p", text));
    if (advice.length > 0) {
        const list = document.createElement("ul");
        list.append(...advice.map((line) => MakeElement("li", line)));
        card.append(list);
    }
    overlay.replaceChildren(card);
    return card;
}

/** Makes an element with a text. */
export function MakeElement<Name extends keyof HTMLElementTagNameMap>(
    name: Name,
    text: string,
): HTMLElementTagNameMap[Name] {
    const element = document.createElement(name);
    element.textContent = text;
    return element;
}
