/** glTF component types by their numbers. */
export const ComponentType = { I8: 5120, U8: 5121, I16: 5122, U16: 5123, U32: 5125, F32: 5126 } as const;

/** Bytes of a component, by its type. */
export const ComponentBytes: Readonly<Record<number, number>> = {
    5120: 1,
    5121: 1,
    5122: 2,
    5123: 2,
    5125: 4,
    5126: 4,
};

/** Numbers in an element, by its type. */
export const TypeComponents = { SCALAR: 1, VEC2: 2, VEC3: 3, VEC4: 4, MAT2: 4, MAT3: 9, MAT4: 16 } as const;

const ComponentNames: Readonly<Record<number, string>> = {
    5120: "i8",
    5121: "u8",
    5122: "i16",
    5123: "u16",
    5125: "u32",
    5126: "f32",
};

/** What a normalised integer is divided by. */
const NormalizedMaximum: Readonly<Record<number, number>> = { 5120: 127, 5121: 255, 5122: 32767, 5123: 65535 };

/** Elements in bytes. */
export interface IElementLayout {
    /** Where the first element begins, bytes. */
    readonly byteOffset: number;
    /** glTF component type. */
    readonly componentType: number;
    /** Numbers in an element. */
    readonly components: number;
    /** Number of elements. */
    readonly count: number;
    /** Whether integers stand for 0..1 or -1..1. */
    readonly isNormalized: boolean;
}

/**
 * Short name of how numbers are stored.
 *
 * @param componentType glTF component type
 * @param isNormalized whether integers stand for 0..1 or -1..1
 * @returns for example `f32`, or `u8n` for normalised bytes
 */
export function FormName(componentType: number, isNormalized: boolean): string {
    return `${ComponentNames[componentType]}${isNormalized ? "n" : ""}`;
}

function ReadComponent(view: DataView, offset: number, componentType: number): number {
    switch (componentType) {
        case ComponentType.I8:
            return view.getInt8(offset);
        case ComponentType.U8:
            return view.getUint8(offset);
        case ComponentType.I16:
            return view.getInt16(offset, true);
        case ComponentType.U16:
            return view.getUint16(offset, true);
        case ComponentType.U32:
            return view.getUint32(offset, true);
        default:
            return view.getFloat32(offset, true);
    }
}

/**
 * Decodes elements to 32-bit floats.
 *
 * @param bytes what holds them; must reach to the end of the last element
 * @param layout how they are stored
 * @param stride bytes from one element to the next
 * @returns [count, components] numbers, normalised integers already divided
 */
export function DecodeElements(bytes: Uint8Array, layout: IElementLayout, stride: number): Float32Array {
    const { byteOffset, componentType, components, count, isNormalized } = layout;
    const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = ComponentBytes[componentType]!;
    const divisor = isNormalized ? NormalizedMaximum[componentType]! : 1;
    const result = new Float32Array(count * components);
    for (let row = 0, k = 0; row < count; row++) {
        for (let c = 0; c < components; c++, k++) {
            const value = ReadComponent(data, byteOffset + row * stride + c * size, componentType);
            // The lowest signed integer stands for -1 as well.
            result[k] = isNormalized ? Math.max(-1, value / divisor) : value;
        }
    }
    return result;
}
