import type { NextConfig } from "next";

const config: NextConfig = {
  // There are no pictures to scale, so `sharp` is left out of what is installed.
  images: { unoptimized: true },
  poweredByHeader: false,
};

export default config;
