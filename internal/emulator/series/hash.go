package series

import "hash/fnv"

// hash mixes a seed with names. It decides everything that looks random here.
func hash(seed uint64, names ...string) uint64 {
	h := fnv.New64a()
	for _, name := range names {
		_, _ = h.Write([]byte(name))
		_, _ = h.Write([]byte{0})
	}
	return mix(h.Sum64() ^ mix(seed))
}

// mix is the finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// unit turns a hash into a number from 0 to under 1.
func unit(h uint64) float64 { return float64(h>>11) / (1 << 53) }

// between turns a hash into a number from low to under high.
func between(h uint64, low, high float64) float64 { return low + (high-low)*unit(h) }
