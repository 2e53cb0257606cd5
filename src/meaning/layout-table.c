/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The layouts of the Bluetooth SIG's characteristics and descriptors: field types, exponents, units, flags
 * and enumerations are those of its GATT Specification Supplement.
 */
#include "meaning/layout.h"

#include "meaning/names.h"

#define FIELDS(...) (const LayoutField[]){ __VA_ARGS__, { .type = LAYOUT_END } }
#define FIELD(label, ...) { .name = (label), .type = __VA_ARGS__ }
#define UNIT(text) .unit = (text)
#define TENTHS .exponent = -1
#define HUNDREDTHS .exponent = -2
#define THOUSANDTHS .exponent = -3
#define UNKNOWN(number) .options = LAYOUT_HAS_UNKNOWN, .unknown = (number)
#define IF(bit) .mask = 1u << (bit), .bits = 1u << (bit)
#define ALWAYS .mask = 0
#define UNLESS(bit) .mask = 1u << (bit), .bits = 0
#define IF_NOT(set, clear) .mask = 1u << (set) | 1u << (clear), .bits = 1u << (set)
#define AND_IF(first, second) .mask = 1u << (first) | 1u << (second), .bits = 1u << (first) | 1u << (second)
#define BITS(label, low, count, ...) FIELD(label, LAYOUT_BITS, .shift = (low), .width = (count), __VA_ARGS__)
#define WORDS(text) .words = (text)
/* An integer whose bits have names */
#define SET(label, integer, text, ...)								\
	FIELD(label, integer, .options = LAYOUT_HIDDEN, __VA_ARGS__),				\
	FIELD(label, LAYOUT_SET, .options = LAYOUT_REPEATED, .words = (text), __VA_ARGS__)
#define FEATURES(integer, text) SET("features", integer, text, ALWAYS)
#define FLAGS(integer) FIELD("flags", integer, .options = LAYOUT_FLAGS)

#define ONE(label, ...) FIELDS(FIELD(label, __VA_ARGS__))
#define TEXT ONE("text", LAYOUT_TEXT)
#define BPM(label) ONE(label, LAYOUT_U8, UNIT("bpm"))

#define TIME FIELD("time", LAYOUT_TIME)
#define DAYS "unknown|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
#define DAY FIELD("day", LAYOUT_U8, WORDS(DAYS))
#define EXACT_TIME TIME, DAY, FIELD("fraction", LAYOUT_U8, .binary = -8, UNIT("s"))
#define DST FIELD("dst", LAYOUT_U8, UNKNOWN(255), WORDS("standard||half an hour||daylight||||double"))
#define ZONE FIELD("zone", LAYOUT_I8, UNKNOWN(-128), .multiplier = 25, HUNDREDTHS, UNIT("h"))
#define TIME_SOURCE										\
	FIELD("source", LAYOUT_U8, WORDS("unknown|NTP|GPS|radio|manual|atomic clock|cellular network"))
#define TIME_ACCURACY FIELD("accuracy", LAYOUT_U8, UNKNOWN(255), .binary = -3, UNIT("s"))
#define ALERTS "simple alert|email|news|call|missed call|SMS/MMS|voice mail|schedule|high priority|message"
#define ALERT FIELD("category", LAYOUT_U8, WORDS(ALERTS))
#define CUFF(label)										\
	FIELD(label, LAYOUT_SFLOAT, UNLESS(0), UNIT("mmHg")),					\
	FIELD(label, LAYOUT_SFLOAT, IF(0), UNIT("kPa"))
#define WEIGHT(label, flag)									\
	FIELD(label, LAYOUT_U16, IF_NOT(flag, 0), .multiplier = 5, THOUSANDTHS, UNIT("kg")),	\
	FIELD(label, LAYOUT_U16, AND_IF(flag, 0), HUNDREDTHS, UNIT("lb"))
#define HEIGHT(flag)										\
	FIELD("height", LAYOUT_U16, IF_NOT(flag, 0), THOUSANDTHS, UNIT("m")),			\
	FIELD("height", LAYOUT_U16, AND_IF(flag, 0), TENTHS, UNIT("in"))
#define USER(flag) FIELD("user", LAYOUT_U8, UNKNOWN(255), IF(flag))
#define TIME_IF(flag) FIELD("time", LAYOUT_TIME, IF(flag))
#define WHEEL(flag, fraction)									\
	FIELD("wheel_revolutions", LAYOUT_U32, IF(flag)),						\
	FIELD("wheel_event_time", LAYOUT_U16, IF(flag), .binary = (fraction), UNIT("s"))
#define CRANK(flag)										\
	FIELD("crank_revolutions", LAYOUT_U16, IF(flag)),						\
	FIELD("crank_event_time", LAYOUT_U16, IF(flag), .binary = -10, UNIT("s"))
#define OXYGEN(spo2, pulse, ...)								\
	FIELD(spo2, LAYOUT_SFLOAT, UNIT("%"), __VA_ARGS__),					\
	FIELD(pulse, LAYOUT_SFLOAT, UNIT("bpm"), __VA_ARGS__)
#define OXYGEN_STATUS(flag)									\
	SET("status", LAYOUT_U16, "|||||ongoing|early estimate|validated|fully qualified|from storage|"	\
	    "demonstration|testing|calibration ongoing|unavailable|questionable|invalid", IF(flag)),	\
	SET("sensor_status", LAYOUT_U24, "extended display update ongoing|equipment malfunction|"	\
	    "signal processing irregularity|inadequate signal|poor signal|low perfusion|erratic signal|" \
	    "nonpulsatile signal|questionable pulse|signal analysis ongoing|sensor interference|"	\
	    "sensor unconnected|unknown sensor|sensor displaced|sensor malfunctioning|"		\
	    "sensor disconnected", IF((flag) + 1)),						\
	FIELD("pulse_amplitude", LAYOUT_SFLOAT, IF((flag) + 2), UNIT("%"))
#define PRESSURE_FEATURES "body movement|cuff fit|irregular pulse|pulse rate range|position|multiple bonds"
#define TEMPERATURE_TYPES "|armpit|body|ear|finger|gastro-intestinal tract|mouth|rectum|toe|tympanum"
#define BODY_TEMPERATURE FIELDS(FLAGS(LAYOUT_U8),						\
	FIELD("temperature", LAYOUT_FLOAT, UNLESS(0), UNIT("°C")),					\
	FIELD("temperature", LAYOUT_FLOAT, IF(0), UNIT("°F")),					\
	TIME_IF(1), FIELD("type", LAYOUT_U8, IF(2), WORDS(TEMPERATURE_TYPES)))
#define CUFF_PRESSURE FIELDS(FLAGS(LAYOUT_U8), CUFF("systolic"), CUFF("diastolic"),		\
	CUFF("mean_arterial"), TIME_IF(1), FIELD("pulse_rate", LAYOUT_SFLOAT, IF(2), UNIT("bpm")),	\
	USER(3), SET("status", LAYOUT_U16, "body moved|cuff too loose|irregular pulse|pulse rate "	\
	"above range|pulse rate below range|improper position", IF(4)))
#define SENSOR_LOCATIONS "other|top of shoe|in shoe|hip|front wheel|left crank|right crank|left pedal|"	\
	"right pedal|front hub|rear dropout|chainstay|rear wheel|rear hub|chest|spider|chain ring"
#define CONNECTION_INTERVAL(label) \
	FIELD(label, LAYOUT_U16, UNKNOWN(0xffff), .multiplier = 125, HUNDREDTHS, UNIT("ms"))
#define POSITIONS "no position|position ok|estimated|last known"
#define AIR_MASS ONE("concentration", LAYOUT_SFLOAT, UNIT("kg/m³"))
#define AIR_SHARE(unit) ONE("concentration", LAYOUT_U16, UNKNOWN(0xffff), UNIT(unit))

const Layout layouts[] = {
	{ 0x2900, FIELDS(FEATURES(LAYOUT_U16, "reliable write|writable auxiliaries")) },
	{ 0x2901, TEXT },
	{ 0x2902, FIELDS(SET("enabled", LAYOUT_U16, "notifications|indications", ALWAYS)) },
	{ 0x2903, FIELDS(SET("enabled", LAYOUT_U16, "broadcasts", ALWAYS)) },
	{ 0x2904, FIELDS(FIELD("format", LAYOUT_U8, WORDS("|boolean|2bit|nibble|uint8|uint12|uint16|uint24|"
			   "uint32|uint48|uint64|uint128|sint8|sint12|sint16|sint24|sint32|sint48|sint64|"
			   "sint128|float32|float64|SFLOAT|FLOAT|duint16|utf8s|utf16s|struct")),
			 FIELD("exponent", LAYOUT_I8), FIELD("unit", LAYOUT_U16, .options = LAYOUT_HEX),
			 FIELD("namespace", LAYOUT_U8, WORDS("|Bluetooth SIG")),
			 FIELD("description", LAYOUT_U16, .options = LAYOUT_HEX)) },
	{ 0x2908, FIELDS(FIELD("report", LAYOUT_U8),
			 FIELD("type", LAYOUT_U8, WORDS("|input|output|feature"))) },
	{ 0x2909, ONE("digitals", LAYOUT_U8) },
	{ 0x2a00, TEXT },
	{ 0x2a01, ONE("appearance", LAYOUT_U16, .name_of = name_of_appearance) },
	{ 0x2a02, ONE("privacy", LAYOUT_U8, WORDS("off|on")) },
	{ 0x2a04, FIELDS(CONNECTION_INTERVAL("interval_min"), CONNECTION_INTERVAL("interval_max"),
			 FIELD("latency", LAYOUT_U16),
			 FIELD("timeout", LAYOUT_U16, UNKNOWN(0xffff), .multiplier = 10, UNIT("ms"))) },
	{ 0x2a05, FIELDS(FIELD("first", LAYOUT_U16, .options = LAYOUT_HEX),
			 FIELD("last", LAYOUT_U16, .options = LAYOUT_HEX)) },
	{ 0x2a06, ONE("level", LAYOUT_U8, WORDS("none|mild|high")) },
	{ 0x2a07, ONE("tx_power", LAYOUT_I8, UNIT("dBm")) },
	{ 0x2a08, FIELDS(TIME) },
	{ 0x2a09, FIELDS(DAY) },
	{ 0x2a0a, FIELDS(TIME, DAY) },
	{ 0x2a0c, FIELDS(EXACT_TIME) },
	{ 0x2a0d, FIELDS(DST) },
	{ 0x2a0e, FIELDS(ZONE) },
	{ 0x2a0f, FIELDS(ZONE, DST) },
	{ 0x2a11, FIELDS(TIME, DST) },
	{ 0x2a12, FIELDS(TIME_ACCURACY) },
	{ 0x2a13, FIELDS(TIME_SOURCE) },
	{ 0x2a14, FIELDS(TIME_SOURCE, TIME_ACCURACY, FIELD("days", LAYOUT_U8, UNIT("d")),
			 FIELD("hours", LAYOUT_U8, UNIT("h"))) },
	{ 0x2a16, ONE("command", LAYOUT_U8, WORDS("|get reference update|cancel reference update")) },
	{ 0x2a17, FIELDS(FIELD("state", LAYOUT_U8, WORDS("idle|update pending")),
			 FIELD("result", LAYOUT_U8, WORDS("successful|canceled|no connection to reference|"
			   "reference responded with an error|timeout|not attempted after reset"))) },
	{ 0x2a18, FIELDS(FLAGS(LAYOUT_U8), FIELD("sequence", LAYOUT_U16), TIME,
			 FIELD("time_offset", LAYOUT_I16, IF(0), UNIT("min")),
			 FIELD("glucose", LAYOUT_SFLOAT, IF_NOT(1, 2), UNIT("kg/l")),
			 FIELD("glucose", LAYOUT_SFLOAT, AND_IF(1, 2), UNIT("mol/l")),
			 FIELD("type", LAYOUT_U8, .options = LAYOUT_HIDDEN, IF(1)),
			 BITS("type", 0, 4, IF(1), WORDS("|capillary whole blood|capillary plasma|venous "
			   "whole blood|venous plasma|arterial whole blood|arterial plasma|undetermined "
			   "whole blood|undetermined plasma|interstitial fluid|control solution")),
			 BITS("location", 4, 4, IF(1), WORDS("|finger|alternate site|earlobe|control "
			   "solution|||||||||||not available")),
			 SET("status", LAYOUT_U16, "battery low|sensor malfunction|sample too small|strip "
			     "insertion error|wrong strip type|result too high|result too low|too hot|"
			     "too cold|read interrupted|general fault|time fault", IF(3))) },
	{ 0x2a19, ONE("level", LAYOUT_U8, UNIT("%")) },
	{ 0x2a1c, BODY_TEMPERATURE },
	{ 0x2a1d, ONE("type", LAYOUT_U8, WORDS(TEMPERATURE_TYPES)) },
	{ 0x2a1e, BODY_TEMPERATURE },
	{ 0x2a21, ONE("interval", LAYOUT_U16, UNIT("s")) },
	{ 0x2a23, FIELDS(FIELD("manufacturer", LAYOUT_U40, .options = LAYOUT_HEX),
			 FIELD("organization", LAYOUT_U24, .options = LAYOUT_HEX)) },
	{ 0x2a24, TEXT },
	{ 0x2a25, TEXT },
	{ 0x2a26, TEXT },
	{ 0x2a27, TEXT },
	{ 0x2a28, TEXT },
	{ 0x2a29, TEXT },
	{ 0x2a2b, FIELDS(EXACT_TIME, SET("adjusted", LAYOUT_U8, "manually|by an external reference|time zone|"
				      "daylight saving", ALWAYS)) },
	{ 0x2a2c, ONE("declination", LAYOUT_U16, HUNDREDTHS, UNIT("°")) },
	{ 0x2a35, CUFF_PRESSURE },
	{ 0x2a36, CUFF_PRESSURE },
	{ 0x2a37, FIELDS(FLAGS(LAYOUT_U8), BITS("contact", 1, 2, WORDS("not supported|not supported|no|yes")),
			 FIELD("heart_rate", LAYOUT_U8, UNLESS(0), UNIT("bpm")),
			 FIELD("heart_rate", LAYOUT_U16, IF(0), UNIT("bpm")),
			 FIELD("energy", LAYOUT_U16, IF(3), UNIT("kJ")),
			 FIELD("rr_interval", LAYOUT_U16, IF(4), .binary = -10, UNIT("s"),
			   .options = LAYOUT_REPEATED)) },
	{ 0x2a38, ONE("location", LAYOUT_U8, WORDS("other|chest|wrist|finger|hand|ear lobe|foot")) },
	{ 0x2a39, ONE("command", LAYOUT_U8, WORDS("|reset energy expended")) },
	{ 0x2a3f, FIELDS(SET("active", LAYOUT_U8, "ringer|vibration|display", ALWAYS)) },
	{ 0x2a41, ONE("ringer", LAYOUT_U8, WORDS("silent|normal")) },
	{ 0x2a43, FIELDS(ALERT) },
	{ 0x2a45, FIELDS(ALERT, FIELD("unread", LAYOUT_U8)) },
	{ 0x2a46, FIELDS(ALERT, FIELD("alerts", LAYOUT_U8),
			 FIELD("text", LAYOUT_TEXT, .options = LAYOUT_OPTIONAL)) },
	{ 0x2a49, FIELDS(FEATURES(LAYOUT_U16, PRESSURE_FEATURES)) },
	{ 0x2a4a, FIELDS(FIELD("version", LAYOUT_VERSION), FIELD("country", LAYOUT_U8),
			 SET("flags", LAYOUT_U8, "wakes the host|normally connectable", ALWAYS)) },
	{ 0x2a4c, ONE("command", LAYOUT_U8, WORDS("suspend|exit suspend")) },
	{ 0x2a4e, ONE("mode", LAYOUT_U8, WORDS("boot|report")) },
	{ 0x2a4f, FIELDS(FIELD("interval", LAYOUT_U16, .multiplier = 625, THOUSANDTHS, UNIT("ms")),
			 FIELD("window", LAYOUT_U16, .multiplier = 625, THOUSANDTHS, UNIT("ms"))) },
	{ 0x2a50, FIELDS(FIELD("source", LAYOUT_U8, WORDS("|Bluetooth SIG|USB")),
			 FIELD("vendor", LAYOUT_U16, .options = LAYOUT_HEX),
			 FIELD("product", LAYOUT_U16, .options = LAYOUT_HEX),
			 FIELD("version", LAYOUT_VERSION)) },
	{ 0x2a53, FIELDS(FLAGS(LAYOUT_U8), BITS("gait", 2, 1, WORDS("walking|running")),
			 FIELD("speed", LAYOUT_U16, .binary = -8, UNIT("m/s")),
			 FIELD("cadence", LAYOUT_U8, UNIT("/min")),
			 FIELD("stride", LAYOUT_U16, IF(0), HUNDREDTHS, UNIT("m")),
			 FIELD("distance", LAYOUT_U32, IF(1), TENTHS, UNIT("m"))) },
	{ 0x2a54, FIELDS(FEATURES(LAYOUT_U16, "stride length|total distance|walking or running|calibration|"
				  "multiple sensor locations")) },
	{ 0x2a5b, FIELDS(FLAGS(LAYOUT_U8), WHEEL(0, -10), CRANK(1)) },
	{ 0x2a5c, FIELDS(FEATURES(LAYOUT_U16, "wheel revolutions|crank revolutions|"
				  "multiple sensor locations")) },
	{ 0x2a5d, ONE("location", LAYOUT_U8, WORDS(SENSOR_LOCATIONS)) },
	{ 0x2a5e, FIELDS(FLAGS(LAYOUT_U8), OXYGEN("spo2", "pulse_rate", ALWAYS), TIME_IF(0),
			 OXYGEN_STATUS(1)) },
	{ 0x2a5f, FIELDS(FLAGS(LAYOUT_U8), OXYGEN("spo2", "pulse_rate", ALWAYS),
			 OXYGEN("spo2_fast", "pulse_rate_fast", IF(0)),
			 OXYGEN("spo2_slow", "pulse_rate_slow", IF(1)), OXYGEN_STATUS(2)) },
	{ 0x2a63, FIELDS(FLAGS(LAYOUT_U16), FIELD("power", LAYOUT_I16, UNIT("W")),
			 FIELD("balance", LAYOUT_U8, IF(0), .binary = -1, UNIT("%")),
			 FIELD("torque", LAYOUT_U16, IF(2), .binary = -5, UNIT("N m")), WHEEL(4, -11),
			 CRANK(5),
			 FIELD("force_max", LAYOUT_I16, IF(6), UNIT("N")),
			 FIELD("force_min", LAYOUT_I16, IF(6), UNIT("N")),
			 FIELD("torque_max", LAYOUT_I16, IF(7), .binary = -5, UNIT("N m")),
			 FIELD("torque_min", LAYOUT_I16, IF(7), .binary = -5, UNIT("N m")),
			 FIELD("angles", LAYOUT_U24, .options = LAYOUT_HIDDEN, IF(8)),
			 BITS("angle_max", 0, 12, IF(8), UNIT("°")),
			 BITS("angle_min", 12, 12, IF(8), UNIT("°")),
			 FIELD("top_dead_spot", LAYOUT_U16, IF(9), UNIT("°")),
			 FIELD("bottom_dead_spot", LAYOUT_U16, IF(10), UNIT("°")),
			 FIELD("energy", LAYOUT_U16, IF(11), UNIT("kJ"))) },
	{ 0x2a67, FIELDS(FLAGS(LAYOUT_U16), BITS("position", 7, 2, WORDS(POSITIONS)),
			 FIELD("speed", LAYOUT_U16, IF(0), HUNDREDTHS, UNIT("m/s")),
			 FIELD("distance", LAYOUT_U24, IF(1), TENTHS, UNIT("m")),
			 FIELD("latitude", LAYOUT_I32, IF(2), .exponent = -7, UNIT("°")),
			 FIELD("longitude", LAYOUT_I32, IF(2), .exponent = -7, UNIT("°")),
			 FIELD("elevation", LAYOUT_I24, IF(3), HUNDREDTHS, UNIT("m")),
			 FIELD("heading", LAYOUT_U16, IF(4), HUNDREDTHS, UNIT("°")),
			 FIELD("rolling_time", LAYOUT_U8, IF(5), UNIT("s")), TIME_IF(6)) },
	{ 0x2a69, FIELDS(FLAGS(LAYOUT_U16), BITS("position", 7, 2, WORDS(POSITIONS)),
			 FIELD("beacons_used", LAYOUT_U8, IF(0)), FIELD("beacons_seen", LAYOUT_U8, IF(1)),
			 FIELD("time_to_fix", LAYOUT_U16, IF(2), TENTHS, UNIT("s")),
			 FIELD("horizontal_error", LAYOUT_U32, IF(3), HUNDREDTHS, UNIT("m")),
			 FIELD("vertical_error", LAYOUT_U32, IF(4), HUNDREDTHS, UNIT("m")),
			 FIELD("hdop", LAYOUT_U8, IF(5), .multiplier = 2, TENTHS),
			 FIELD("vdop", LAYOUT_U8, IF(6), .multiplier = 2, TENTHS)) },
	{ 0x2a6c, ONE("elevation", LAYOUT_I24, HUNDREDTHS, UNIT("m")) },
	{ 0x2a6d, ONE("pressure", LAYOUT_U32, TENTHS, UNIT("Pa")) },
	{ 0x2a6e, ONE("temperature", LAYOUT_I16, UNKNOWN(-32768), HUNDREDTHS, UNIT("°C")) },
	{ 0x2a6f, ONE("humidity", LAYOUT_U16, UNKNOWN(0xffff), HUNDREDTHS, UNIT("%")) },
	{ 0x2a70, ONE("speed", LAYOUT_U16, HUNDREDTHS, UNIT("m/s")) },
	{ 0x2a71, ONE("direction", LAYOUT_U16, HUNDREDTHS, UNIT("°")) },
	{ 0x2a72, ONE("speed", LAYOUT_U16, HUNDREDTHS, UNIT("m/s")) },
	{ 0x2a73, ONE("direction", LAYOUT_U16, HUNDREDTHS, UNIT("°")) },
	{ 0x2a74, ONE("factor", LAYOUT_U8, TENTHS) },
	{ 0x2a75, ONE("concentration", LAYOUT_U24, UNIT("/m³")) },
	{ 0x2a76, ONE("index", LAYOUT_U8) },
	{ 0x2a77, ONE("irradiance", LAYOUT_U16, TENTHS, UNIT("W/m²")) },
	{ 0x2a78, ONE("rainfall", LAYOUT_U16, UNIT("mm")) },
	{ 0x2a79, ONE("temperature", LAYOUT_I8, UNIT("°C")) },
	{ 0x2a7a, ONE("temperature", LAYOUT_I8, UNIT("°C")) },
	{ 0x2a7b, ONE("temperature", LAYOUT_I8, UNIT("°C")) },
	{ 0x2a7e, BPM("heart_rate") },
	{ 0x2a80, ONE("age", LAYOUT_U8, UNIT("years")) },
	{ 0x2a81, BPM("heart_rate") },
	{ 0x2a82, BPM("heart_rate") },
	{ 0x2a83, BPM("heart_rate") },
	{ 0x2a84, BPM("heart_rate") },
	{ 0x2a85, ONE("date", LAYOUT_DATE) },
	{ 0x2a87, TEXT },
	{ 0x2a8a, TEXT },
	{ 0x2a8c, ONE("gender", LAYOUT_U8, WORDS("male|female|unspecified")) },
	{ 0x2a8d, BPM("heart_rate") },
	{ 0x2a8e, ONE("height", LAYOUT_U16, HUNDREDTHS, UNIT("m")) },
	{ 0x2a8f, ONE("circumference", LAYOUT_U16, HUNDREDTHS, UNIT("m")) },
	{ 0x2a90, TEXT },
	{ 0x2a92, BPM("heart_rate") },
	{ 0x2a97, ONE("circumference", LAYOUT_U16, HUNDREDTHS, UNIT("m")) },
	{ 0x2a98, ONE("weight", LAYOUT_U16, .multiplier = 5, THOUSANDTHS, UNIT("kg")) },
	{ 0x2a99, ONE("increment", LAYOUT_U32) },
	{ 0x2a9a, ONE("user", LAYOUT_U8, UNKNOWN(255)) },
	{ 0x2a9c, FIELDS(FLAGS(LAYOUT_U16), FIELD("body_fat", LAYOUT_U16, UNKNOWN(0xffff), TENTHS, UNIT("%")),
			 TIME_IF(1), USER(2),
			 FIELD("basal_metabolism", LAYOUT_U16, IF(3), UNIT("kJ")),
			 FIELD("muscle", LAYOUT_U16, IF(4), TENTHS, UNIT("%")), WEIGHT("muscle_mass", 5),
			 WEIGHT("fat_free_mass", 6), WEIGHT("soft_lean_mass", 7),
			 WEIGHT("body_water_mass", 8),
			 FIELD("impedance", LAYOUT_U16, IF(9), TENTHS, UNIT("Ω")), WEIGHT("weight", 10),
			 HEIGHT(11)) },
	{ 0x2a9d, FIELDS(FLAGS(LAYOUT_U8),
			 FIELD("weight", LAYOUT_U16, UNKNOWN(0xffff), UNLESS(0), .multiplier = 5, THOUSANDTHS,
			   UNIT("kg")),
			 FIELD("weight", LAYOUT_U16, UNKNOWN(0xffff), IF(0), HUNDREDTHS, UNIT("lb")),
			 TIME_IF(1), USER(2),
			 FIELD("bmi", LAYOUT_U16, IF(3), TENTHS), HEIGHT(3)) },
	{ 0x2aa0, FIELDS(FIELD("x", LAYOUT_I16, .exponent = -7, UNIT("T")),
			 FIELD("y", LAYOUT_I16, .exponent = -7, UNIT("T"))) },
	{ 0x2aa1, FIELDS(FIELD("x", LAYOUT_I16, .exponent = -7, UNIT("T")),
			 FIELD("y", LAYOUT_I16, .exponent = -7, UNIT("T")),
			 FIELD("z", LAYOUT_I16, .exponent = -7, UNIT("T"))) },
	{ 0x2aa2, TEXT },
	{ 0x2aa3, ONE("trend", LAYOUT_U8,
			 WORDS("unknown|continuously falling|continuously rising|falling, then "
		      "steady|rising, then steady|falling before a lesser rise|falling before a greater rise|"
		      "rising before a greater fall|rising before a lesser fall|steady")) },
	{ 0x2aa6, ONE("resolution", LAYOUT_U8, WORDS("not supported|supported")) },
	{ 0x2aae, ONE("latitude", LAYOUT_I32, .exponent = -7, UNIT("°")) },
	{ 0x2aaf, ONE("longitude", LAYOUT_I32, .exponent = -7, UNIT("°")) },
	{ 0x2ab5, TEXT },
	{ 0x2aee, ONE("current", LAYOUT_U16, UNKNOWN(0xffff), HUNDREDTHS, UNIT("A")) },
	{ 0x2afb, ONE("illuminance", LAYOUT_U24, UNKNOWN(0xffffff), HUNDREDTHS, UNIT("lx")) },
	{ 0x2b05, ONE("power", LAYOUT_U24, UNKNOWN(0xffffff), TENTHS, UNIT("W")) },
	{ 0x2b0d, ONE("temperature", LAYOUT_I8, UNKNOWN(0x7f), .multiplier = 5, TENTHS, UNIT("°C")) },
	{ 0x2b18, ONE("voltage", LAYOUT_U16, UNKNOWN(0xffff), .binary = -6, UNIT("V")) },
	{ 0x2b29, FIELDS(FEATURES(LAYOUT_U8, "robust caching|enhanced ATT bearer|multiple notifications")) },
	{ 0x2b8c, AIR_SHARE("ppm") },
	{ 0x2bcf, AIR_MASS },
	{ 0x2bd0, AIR_MASS },
	{ 0x2bd1, AIR_SHARE("ppb") },
	{ 0x2bd2, AIR_MASS },
	{ 0x2bd3, AIR_SHARE("ppb") },
	{ 0x2bd4, AIR_MASS },
	{ 0x2bd5, AIR_MASS },
	{ 0x2bd6, AIR_MASS },
	{ 0x2bd7, AIR_MASS },
	{ 0x2be4, ONE("level", LAYOUT_U8, UNKNOWN(255), UNIT("dB")) },
};

const size_t layout_count = ARRAY_SIZE(layouts);
