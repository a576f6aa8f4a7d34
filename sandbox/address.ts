/** What the address of the page asks for. */
export interface IAddress {
    /** Name of the scene, or null for the first. */
    readonly scene: string | null;
    /** Seconds to freeze the scene at, or null to let it run. */
    readonly time: number | null;
    /** Whether to show panel and caption. */
    readonly hasPanel: boolean;
}

/**
 * Reads `?scene=walk&time=1.25&panel=1`.
 *
 * @param query the part of the address from the question mark on
 * @returns what it asks for; a time that is no number counts as none
 */
export function ParseAddress(query: string): IAddress {
    const parameters = new URLSearchParams(query);
    const text = parameters.get("time");
    const time = text === null || text.trim() === "" ? NaN : Number(text);
    const isFrozen = Number.isFinite(time) && time >= 0;
    return {
        scene: parameters.get("scene"),
        time: isFrozen ? time : null,
        hasPanel: parameters.has("panel") ? parameters.get("panel") !== "0" : !isFrozen,
    };
}

/**
 * Puts the scene into the address, so that the page can be shared and reloaded.
 *
 * @param scene name of the scene
 */
export function WriteAddress(scene: string): void {
    const url = new URL(location.href);
    url.searchParams.set("scene", scene);
    history.replaceState(null, "", url);
}
