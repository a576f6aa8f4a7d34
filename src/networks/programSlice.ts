/** A piece of a program: one network, after which the rest may wait for another frame. */
export interface IProgramSlice {
    /** The network's name. */
    readonly name: string;
    /** Whether its results change when only the camera moves. */
    readonly dependsOnCamera: boolean;
    /**
     * Milliseconds that it takes, the running mean: of the graphics device, from the end of what was submitted before, or of the
     * processor. 0 before the first run.
     */
    readonly milliseconds: number;
}
