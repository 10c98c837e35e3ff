package emulator

func zonesOfNetwork(*Server, string) []string { return nil }
