import { NetworkError } from "../../networks/networkError.js";

/**
 * Makes something on a device, and looks whether there was enough memory for it.
 *
 * @param device the device
 * @param what is being made, to begin a sentence with
 * @param make makes it
 * @returns what was made
 * @throws NetworkError `out-of-memory`; what was made is disposed then
 */
export async function AllocateAsync<Owner extends { dispose(): void }>(
    device: GPUDevice,
    what: string,
    make: () => Owner,
): Promise<Owner> {
    device.pushErrorScope("validation");
    device.pushErrorScope("out-of-memory");
    let made: Owner | null = null;
    let failure: unknown = null;
    try {
        made = make();
    } catch (error) {
        failure = error;
    }
    const scopes = [device.popErrorScope(), device.popErrorScope()];
    const errors = await Promise.all(scopes);
    const error = errors.find((one) => one !== null);
    if (made && !error) {
        return made;
    }
    made?.dispose();
    if (error) {
        throw new NetworkError(
            "out-of-memory",
            `${what} does not fit into the memory of the graphics device (${error.message}): show fewer avatars, or a cheaper tier.`,
        );
    }
    throw failure;
}
