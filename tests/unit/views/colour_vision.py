"""How far apart two colours are, also to those who see no red or no green.

Machado, Oliveira, Fernandes (2009), "A physiologically-based model for simulation of color vision deficiency", in
linear sRGB, and CIEDE2000 after Sharma, Wu, Dalal (2005).
"""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SIGHTS: dict[str, Floats] = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def contrast(one: str, other: str) -> float:
    """Returns the contrast of two colours as WCAG defines it, from 1 to 21."""
    low, high = sorted(float(_XYZ[1] @ _linear(colour)) + 0.05 for colour in (one, other))
    return high / low


def distance(one: str, other: str, sight: str = "normal") -> float:
    """Returns the CIEDE2000 distance of two colours, as `#rrggbb`, to one of `SIGHTS`."""
    return ciede2000(*(_lab(np.clip(SIGHTS[sight] @ _linear(colour), 0, 1)) for colour in (one, other)))


def ciede2000(one: Floats, other: Floats) -> float:
    """Returns the distance of two colours in CIELAB."""
    (l1, a1, b1), (l2, a2, b2) = one.tolist(), other.tolist()
    chroma = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * math.sqrt(chroma**7 / (chroma**7 + 25**7))
    c1, c2 = math.hypot(stretch * a1, b1), math.hypot(stretch * a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, stretch * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    waves = 1 - 0.17 * _cos(hue - 30) + 0.24 * _cos(2 * hue) + 0.32 * _cos(3 * hue + 6) - 0.2 * _cos(4 * hue - 63)
    by_lightness = (l2 - l1) / (1 + 0.015 * (lightness - 50) ** 2 / math.sqrt(20 + (lightness - 50) ** 2))
    by_chroma = (c2 - c1) / (1 + 0.045 * chroma)
    by_hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * chroma * waves)
    blue = 2 * math.sqrt(chroma**7 / (chroma**7 + 25**7))
    rotation = -blue * math.sin(math.radians(60 * math.exp(-(((hue - 275) / 25) ** 2))))
    return math.sqrt(by_lightness**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue)


def _cos(degrees: float) -> float:
    return math.cos(math.radians(degrees))


def _linear(colour: str) -> Floats:
    encoded = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def _lab(linear: Floats) -> Floats:
    ratios = _XYZ @ linear / _WHITE
    x, y, z = np.where(ratios > 216 / 24389, np.cbrt(ratios), (24389 / 27 * ratios + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])
