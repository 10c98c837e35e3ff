package emulator

import "strings"

// cloudRegion is a region of Google Cloud with the city that its services name it by.
type cloudRegion struct{ id, city string }

// cloudRegions are the regions that any project can use, by continent, as
// https://cloud.google.com/about/locations lists them.
func cloudRegions() []cloudRegion {
	return []cloudRegion{
		{"africa-south1", "Johannesburg"},
		{"asia-east1", "Taiwan"},
		{"asia-east2", "Hong Kong"},
		{"asia-northeast1", "Tokyo"},
		{"asia-northeast2", "Osaka"},
		{"asia-northeast3", "Seoul"},
		{"asia-south1", "Mumbai"},
		{"asia-south2", "Delhi"},
		{"asia-southeast1", "Singapore"},
		{"asia-southeast2", "Jakarta"},
		{"australia-southeast1", "Sydney"},
		{"australia-southeast2", "Melbourne"},
		{"europe-central2", "Warsaw"},
		{"europe-north1", "Finland"},
		{"europe-north2", "Stockholm"},
		{"europe-southwest1", "Madrid"},
		{"europe-west1", "Belgium"},
		{"europe-west2", "London"},
		{"europe-west3", "Frankfurt"},
		{"europe-west4", "Netherlands"},
		{"europe-west6", "Zurich"},
		{"europe-west8", "Milan"},
		{"europe-west9", "Paris"},
		{"europe-west10", "Berlin"},
		{"europe-west12", "Turin"},
		{"me-central1", "Doha"},
		{"me-central2", "Dammam"},
		{"me-west1", "Tel Aviv"},
		{"northamerica-northeast1", "Montréal"},
		{"northamerica-northeast2", "Toronto"},
		{"northamerica-south1", "Querétaro"},
		{"southamerica-east1", "São Paulo"},
		{"southamerica-west1", "Santiago"},
		{"us-central1", "Iowa"},
		{"us-east1", "South Carolina"},
		{"us-east4", "Northern Virginia"},
		{"us-east5", "Columbus"},
		{"us-south1", "Dallas"},
		{"us-west1", "Oregon"},
		{"us-west2", "Los Angeles"},
		{"us-west3", "Salt Lake City"},
		{"us-west4", "Las Vegas"},
	}
}

func isCloudRegion(id string) bool {
	for _, r := range cloudRegions() {
		if r.id == id {
			return true
		}
	}
	return false
}

// storageLocationType tells what a bucket's location is, by its upper-case
// name, or "" for none: https://cloud.google.com/storage/docs/locations.
func storageLocationType(location string) string {
	switch location {
	case "ASIA", "EU", "US":
		return "multi-region"
	case "ASIA1", "EUR4", "EUR5", "EUR7", "EUR8", "NAM4":
		return "dual-region"
	}
	if isCloudRegion(strings.ToLower(location)) {
		return "region"
	}
	return ""
}

// keyLocation is where the keys of a bucket's location lie.
func keyLocation(bucketLocation string) string {
	if bucketLocation == "EU" {
		return "europe"
	}
	return strings.ToLower(bucketLocation)
}
