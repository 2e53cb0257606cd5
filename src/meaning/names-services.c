/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of services by 16-bit UUID. The numbers are the Bluetooth SIG's Assigned Numbers: GATT services
 * (section 3.4), member UUIDs (section 3.10) and SDO UUIDs (section 3.11); of the members only those that are
 * met often.
 */
#include "meaning/names.h"

#include <stdlib.h>

typedef struct Service {
	uint16_t number;
	const char *name;
} Service;

/* In ascending order of number, for bsearch(). */
static const Service services[] = {
	{ 0x1800, "Generic Access" },
	{ 0x1801, "Generic Attribute" },
	{ 0x1802, "Immediate Alert" },
	{ 0x1803, "Link Loss" },
	{ 0x1804, "Tx Power" },
	{ 0x1805, "Current Time" },
	{ 0x1806, "Reference Time Update" },
	{ 0x1807, "Next DST Change" },
	{ 0x1808, "Glucose" },
	{ 0x1809, "Health Thermometer" },
	{ 0x180a, "Device Information" },
	{ 0x180d, "Heart Rate" },
	{ 0x180e, "Phone Alert Status" },
	{ 0x180f, "Battery" },
	{ 0x1810, "Blood Pressure" },
	{ 0x1811, "Alert Notification" },
	{ 0x1812, "Human Interface Device" },
	{ 0x1813, "Scan Parameters" },
	{ 0x1814, "Running Speed and Cadence" },
	{ 0x1815, "Automation IO" },
	{ 0x1816, "Cycling Speed and Cadence" },
	{ 0x1818, "Cycling Power" },
	{ 0x1819, "Location and Navigation" },
	{ 0x181a, "Environmental Sensing" },
	{ 0x181b, "Body Composition" },
	{ 0x181c, "User Data" },
	{ 0x181d, "Weight Scale" },
	{ 0x181e, "Bond Management" },
	{ 0x181f, "Continuous Glucose Monitoring" },
	{ 0x1820, "Internet Protocol Support" },
	{ 0x1821, "Indoor Positioning" },
	{ 0x1822, "Pulse Oximeter" },
	{ 0x1823, "HTTP Proxy" },
	{ 0x1824, "Transport Discovery" },
	{ 0x1825, "Object Transfer" },
	{ 0x1826, "Fitness Machine" },
	{ 0x1827, "Mesh Provisioning" },
	{ 0x1828, "Mesh Proxy" },
	{ 0x1829, "Reconnection Configuration" },
	{ 0x183a, "Insulin Delivery" },
	{ 0x183b, "Binary Sensor" },
	{ 0x183c, "Emergency Configuration" },
	{ 0x183d, "Authorization Control" },
	{ 0x183e, "Physical Activity Monitor" },
	{ 0x183f, "Elapsed Time" },
	{ 0x1840, "Generic Health Sensor" },
	{ 0x1843, "Audio Input Control" },
	{ 0x1844, "Volume Control" },
	{ 0x1845, "Volume Offset Control" },
	{ 0x1846, "Coordinated Set Identification" },
	{ 0x1847, "Device Time" },
	{ 0x1848, "Media Control" },
	{ 0x1849, "Generic Media Control" },
	{ 0x184a, "Constant Tone Extension" },
	{ 0x184b, "Telephone Bearer" },
	{ 0x184c, "Generic Telephone Bearer" },
	{ 0x184d, "Microphone Control" },
	{ 0x184e, "Audio Stream Control" },
	{ 0x184f, "Broadcast Audio Scan" },
	{ 0x1850, "Published Audio Capabilities" },
	{ 0x1851, "Basic Audio Announcement" },
	{ 0x1852, "Broadcast Audio Announcement" },
	{ 0x1853, "Common Audio" },
	{ 0x1854, "Hearing Access" },
	{ 0x1855, "Telephony and Media Audio" },
	{ 0x1856, "Public Broadcast Announcement" },
	{ 0x1857, "Electronic Shelf Label" },
	{ 0x1858, "Gaming Audio" },
	{ 0x1859, "Mesh Proxy Solicitation" },
	{ 0x185b, "Ranging" },
	{ 0xfd6f, "Exposure Notification" },
	{ 0xfd84, "Tile" },
	{ 0xfdcd, "Qingping" },
	{ 0xfdf0, "Google" },
	{ 0xfe03, "Amazon" },
	{ 0xfe07, "Sonos" },
	{ 0xfe08, "Microsoft" },
	{ 0xfe0f, "Signify" },
	{ 0xfe25, "Apple" },
	{ 0xfe26, "Google" },
	{ 0xfe2c, "Google" },
	{ 0xfe50, "Google" },
	{ 0xfe59, "Nordic Semiconductor" },
	{ 0xfe61, "Logitech" },
	{ 0xfe95, "Xiaomi" },
	{ 0xfe9f, "Google" },
	{ 0xfea0, "Google" },
	{ 0xfeaa, "Eddystone" },
	{ 0xfeaf, "Nest Labs" },
	{ 0xfebe, "Bose" },
	{ 0xfed8, "Google" },
	{ 0xfee0, "Anhui Huami" },
	{ 0xfee1, "Anhui Huami" },
	{ 0xfee7, "Tencent" },
	{ 0xfeec, "Tile" },
	{ 0xfeed, "Tile" },
	{ 0xfef3, "Google" },
	{ 0xfff6, "Matter" },
	{ 0xfff9, "FIDO2" },
	{ 0xfffa, "ASTM Remote ID" },
	{ 0xfffd, "Universal Second Factor Authenticator" },
};

static int compare(const void *key, const void *entry)
{
	uint32_t number = *(const uint32_t *)key;
	const Service *service = entry;

	return (number > service->number) - (number < service->number);
}

const char *name_of_service(const Uuid *uuid)
{
	const Service *found;
	uint32_t number;

	if (!uuid_short(uuid, &number))
		return NULL;
	found = bsearch(&number, services, ARRAY_SIZE(services), sizeof(services[0]), compare);
	return found ? found->name : NULL;
}
