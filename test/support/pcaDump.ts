/**
 * `joblib.dump(PCA(n_components=5).fit(samples), "pca_5.ckpt")` by scikit-learn 1.9.1 and joblib 1.6.0: a pickle with the numbers
 * of its arrays in between. Base64.
 */
const Dump = [
    "gASVygEAAAAAAACMGnNrbGVhcm4uZGVjb21wb3NpdGlvbi5fcGNhlIwDUENBlJOUKYGUfZQojAxuX2NvbXBvbmVudHOUSwWMBGNvcHmUiIwG",
    "d2hpdGVulImMCnN2ZF9zb2x2ZXKUjARhdXRvlIwDdG9slEcAAAAAAAAAAIwOaXRlcmF0ZWRfcG93ZXKUaAmMDW5fb3ZlcnNhbXBsZXOUSwqM",
    "GnBvd2VyX2l0ZXJhdGlvbl9ub3JtYWxpemVylGgJjAxyYW5kb21fc3RhdGWUTowObl9mZWF0dXJlc19pbl+USx6MD19maXRfc3ZkX3NvbHZl",
    "cpSMBGZ1bGyUjAVtZWFuX5SME2pvYmxpYi5udW1weV9waWNrbGWUjBFOdW1weUFycmF5V3JhcHBlcpSTlCmBlH2UKIwIc3ViY2xhc3OUjAVu",
    "dW1weZSMB25kYXJyYXmUk5SMBXNoYXBllEsehZSMBW9yZGVylIwBQ5SMBWR0eXBllGgZjAVkdHlwZZSTlIwCZjSUiYiHlFKUKEsDjAE8lE5O",
    "Tkr/////Sv////9LAHSUYowKYWxsb3dfbW1hcJSIjBtudW1weV9hcnJheV9hbGlnbm1lbnRfYnl0ZXOUSxB1Ygr/////////////IF4NwLRN",
    "qD6owvS9QbMkP185iD0QO3O+aTUsP52ysb4sGUW/9SCVvRv9Bj7Bq5k/08VAPrjdej9NUpi/dezCvtfv7r178Qa/Jc5Jv8xwLb+1lou/IZPB",
    "vpSPtD1yn6K+0z0iv0eZgT6bSog9RZoTPzjK2D5bSEm/lZkAAAAAAAAAjA9ub2lzZV92YXJpYW5jZV+UjBZudW1weS5fY29yZS5tdWx0aWFy",
    "cmF5lIwGc2NhbGFylJOUaCVDBJ8KjTyUhpRSlIwKbl9zYW1wbGVzX5RLDIwNbl9jb21wb25lbnRzX5RLBYwLY29tcG9uZW50c1+UaBUpgZR9",
    "lChoGGgbaBxLBUsehpRoHowBRpRoIGglaCiIaClLEHViBf//////bBoDP28/r77t7Mg8KGajPTWcRz3E8IO+HW2PvlkAHz6Rp5W9ouuVPvs8",
    "tDzFVIG93kXBvDhyFr5YAHs+zAO3vM4+WD6plKW8x/+XvQ+ebj7UqIG80NoQPXyV2b06OUm9wXGjvv8/Mb2PWAe7UXilvlAewDwcWoO+NLGG",
    "vScxij4c6hK+0JoNPa7OKD4DANM909DcvVHACj4ZSoq9C5tiPZ2omburcgS+WuoXPgdaAD8VMPA9ULUHvjy4N77rsxs+MNAfPjeIrD3Yn5s8",
    "k/ZCPk2uSDsUsjU+TwPbPm10nr6q5os8gcCbPupC7bqVzh++Q+VFvZSQzT3lxOS7LyEKPqqpEr79Uhy+YeSiPf501j4W9ak90Ic+vBQulj1g",
    "GXm+U1V3vs5TYD6CbI89NrCFPjscrj2NO4K6ZTQlvttE3z3PHY07h8eHvesxSzu87fa8xE3du42VaD5UXIm9W56zPnBUZj0bBD++uLz1PSVA",
    "e76KuAW+OG9ivjpvpj5QBsS8YYgSvvUlmL65kA4+KP3uPZKubD6p9jC9T7tlvk4U8T0okUK+zPrqPuy2sD4b1jE+Z5fVPfQyersXZX498Hob",
    "vXn4uz16AYC+pBZUPsHxHb2xGiq+V0MIPk1MtD2rDuO9d+C5O/clFb7I3AC+/zRFPusE+L0AgMK9CI4dPm47Kb7RcG8+gcgiPit8g77eU4y+",
    "jLktvgJGQL6CT+e9qn2AvdiGkD6KIBS+uH8bPpOvOr06GSK+9fIYPj7b+L3CDFE+Ml82Pue/oLwYTE2+NxqXPVlx3T50+jY9lTkAAAAAAAAA",
    "jBNleHBsYWluZWRfdmFyaWFuY2VflGgVKYGUfZQoaBhoG2gcSwWFlGgeaB9oIGglaCiIaClLEHViBf//////D0FbQnMxw0GLESxBh807QKTB",
    "Ij2VPwAAAAAAAACMGWV4cGxhaW5lZF92YXJpYW5jZV9yYXRpb1+UaBUpgZR9lChoGGgbaBxLBYWUaB5oH2ggaCVoKIhoKUsQdWID////3sgW",
    "P848hj4tq+w9sycBPUjc3zmVNgAAAAAAAACMEHNpbmd1bGFyX3ZhbHVlc1+UaBUpgZR9lChoGGgbaBxLBYWUaB5oH2ggaCVoKIhoKUsQdWIM",
    "////////////////rXDEQaEPg0HuBS5BQM61QKw/KT+VHgAAAAAAAACMEF9za2xlYXJuX3ZlcnNpb26UjAUxLjkuMZR1Yi4=",
];

/** The [12,30] samples it was fitted to, random 32-bit floats of about four degrees of freedom. Base64. */
const Samples = [
    "NPamv3zgvD7MMFe+Dp5QPVOZBj6M4t0+KNMLP014Er+oWQo/PijyPkl3Wj6Zawc/FJzfPtVCuD02ypc+udhzv2fx+71b8kO/E9w/v+5hCT+S",
    "QEm+HXSGv7FRXr+j2w69OofcPlyfYT/dvYg+pFZUPy82Sj8LvA4/y2fFwKhz3z8XXiC/GptmP0koK73PYUG9ThvCPyYarr/9UUU9ZkZPP2w9",
    "Jz/KR2lA0p9lPyXUJkDMvu+/MFQSwJ++lb7Xy+u/6x0XwB0SPb+lnzHAp5MowMheOr+1PhG+hkEyvwhtwT/q7H0/34vYP8beBkBx60y+n2eU",
    "vez9b8Co5ju+OBK6P7vzKT+Ounc/FDz9P71yPL86dQvAn5wrwCAhaz+x6R3A9miYPmb23L+aVCy/WFUGQJZek767Yi+/0Qnqvqyryb3cH8M/",
    "I6tvQI+XmTzRYPW/di8jv75BXj/UQQ7A+N39PwyD3D4TLQ3ABXWBPqONlMBN5u6+bDEdQFC6Q760We2/GT4LQFtUaT5MZMi/lK4vwNcWFEBj",
    "+5O/+lcVP1Twrj8h+V/AFDtVQCyJPb/D3RpAAk0KwL2sUMDxpok+4scJQVnuPD+e5Pq/nUMYwI57Ez7AE8HASmkGQITbZL5SRTDAT3iOwL4D",
    "KD7HWoO+4cKZP6CrCj/lpQs/DWjQP8Kzhb+0GOy//6QSvyRtiD4E48E/kZ7xPuQJIz8C5c2/D4x+v0plmb71aQPAYI2Zv2DFGb8aS7G/BMKe",
    "vxiE3b3yZG6/cMBGvx4fXT+PIzk/Y1bCPyAalj/u1Oe/+E/RPqvPM0DIs0A/cHgwv5qz476OxsW/FMLqv3m6lj8kPFW/f3CPP0Sk279pA/w/",
    "W79uv/Euzz9Ku4y/WldHvu9i1z7H/rI/4eCMP8ukpL9/uuq/Aun6v6GnuT/1oYA/udQhvwG1FMA4d8o/JbUbwKvI57+qtg+/6/G0QAdgmjx2",
    "PZ0+BM+1vwbVur71zc29ijz5vwAppz9sII0/2nuqPu5Ycb+J4wzAJNVgv6LutL8ojRZAU/J5P9Ihsz7Rldo/vUcPQAGKej86UPE/hEpvP2HZ",
    "3T7s+T4/oeuXP4zgpL9lFTm9VY0GwOWv2L++y74/utj8P/ofMb8tE5I+NbyIPekGLb68B1C/7vQJv0v+Pz9DAZq/G05OvysV0b6PwTC/Gc8E",
    "v2q5Eb1ej0+/ffHGP6U7xT2Gk7g/WvZXP5xxir+Azos+0kkSQIUdfz93THu+Hg1kv5uJg797KJK/T4Mgv7U5s7/YXoO/dqrPv2RatD/3WD09",
    "pkcJPne19b3s3U+/Y0eZvioKxzvj/Cy+Y5FIP/jmY747q9E/XoEsvqmKsT8EPDC/BiNWv5dahT6T/wO+w2H0vvNTBr8DhaG/EoDJv0uU1T7g",
    "x5M+kn2Hvs3Bab4IKE8/xUosvibDyb0/qSg905bPwHvXdj+tJAe+fivZP9a2Hz8uaSQ/OskIQBTPq79ruQjA1JVSvrhnxz50QC9AhvkJP+Hk",
    "sT/qMw3Ai2G8vxejz75znjfA7eXnv889IL9rxh3ACgYswAuPj76RZYC/QwygvxzHqz/risA/6QbnPxEz1j9vigHA9DXjwOWNNEA4wW6/KYN0",
    "P2Avy74evOC/CUJjP5M/NL8i1zk/naX5PxWn7j6mJbtA5HKAPwd9p0DlLV3A3iAzwAg/mL4kfdq+7RJgwJ5gFMDHSYzAhtgmwMvaxb6wzUc/",
    "MRG2v5vgLT9j4go/LwZmP7Xu1z8FrVw+gOLywD6KLkBx2JC8DiVqPwnPED8Xgb4/uDLpP8K5778y4dy/370qPynxsr6UikJAgCwHP6PhGj+C",
    "w4G/M6s/wOcppr2GuZDA7ZBsv2vLYz8DHC/A/YDLwGzxH79mwcu+v8qLvjrEzj9bnnRAbiW2P6GJHECbEJS/",
];

/** @returns the file */
export function PcaDump(): Uint8Array {
    return Uint8Array.from(Buffer.from(Dump.join(""), "base64"));
}

/** @returns the samples, one an array */
export function PcaSamples(): Float32Array[] {
    const values = new Float32Array(Uint8Array.from(Buffer.from(Samples.join(""), "base64")).buffer);
    return Array.from({ length: 12 }, (_, row) => values.slice(row * 30, row * 30 + 30));
}
