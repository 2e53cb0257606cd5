# SPDX-License-Identifier: GPL-2.0-or-later
"""The constants of the documented class, by their documented names; the daemon's Manager1.Constants has the
same."""


class Constants:
    """Mixed into Bluetooth: Bluetooth.CONN_ADV and so on."""

    # mode
    BLE = 0
    # antenna
    INT_ANT = 0
    EXT_ANT = 1
    MAN_ANT = 2
    # adv_type of a report; 255 where the daemon's source cannot tell
    CONN_ADV = 0
    CONN_DIR_ADV = 1
    DISC_ADV = 2
    NON_CONN_ADV = 3
    SCAN_RSP = 4
    # addr_type
    PUBLIC_ADDR = 0
    RANDOM_ADDR = 1
    PUBLIC_RPA_ADDR = 2
    RANDOM_RPA_ADDR = 3
    # AD types
    ADV_FLAG = 0x01
    ADV_16SRV_PART = 0x02
    ADV_T16SRV_CMPL = 0x03      # so it is spelled on the page
    ADV_32SRV_PART = 0x04
    ADV_32SRV_CMPL = 0x05
    ADV_128SRV_PART = 0x06
    ADV_128SRV_CMPL = 0x07
    ADV_NAME_SHORT = 0x08
    ADV_NAME_CMPL = 0x09
    ADV_TX_PWR = 0x0A
    ADV_DEV_CLASS = 0x0D
    ADV_SERVICE_DATA = 0x16
    ADV_APPEARANCE = 0x19
    ADV_ADV_INT = 0x1A
    ADV_32SERVICE_DATA = 0x20
    ADV_128SERVICE_DATA = 0x21
    ADV_MANUFACTURER_DATA = 0xFF
    # properties of a characteristic, to be combined
    PROP_BROADCAST = 0x01
    PROP_READ = 0x02
    PROP_WRITE_NR = 0x04
    PROP_WRITE = 0x08
    PROP_NOTIFY = 0x10
    PROP_INDICATE = 0x20
    PROP_AUTH = 0x40
    PROP_EXT_PROP = 0x80
    # permissions of a characteristic, to be combined
    PERM_READ = 0x01
    PERM_READ_ENCRYPTED = 0x02
    PERM_READ_ENCRYPTED_MITM = 0x04
    PERM_WRITE = 0x10
    PERM_WRITE_ENCRYPTED = 0x20
    PERM_WRITE_ENCRYPTED_MITM = 0x40
    PERM_WRITE_SIGNED = 0x80
    PERM_WRITE_SIGNED_MITM = 0x100
    # events, to be combined
    NEW_ADV_EVENT = 0x01
    CLIENT_CONNECTED = 0x02
    CLIENT_DISCONNECTED = 0x04
    CHAR_READ_EVENT = 0x08
    CHAR_WRITE_EVENT = 0x10
    CHAR_NOTIFY_EVENT = 0x20
    CHAR_SUBSCRIBE_EVENT = 0x80
    # config()
    CHAR_CONFIG_NOTIFY = 1
    CHAR_CONFIG_INDICATE = 2
    # set_advertisement_params()
    ADV_TYPE_IND = 0
    ADV_TYPE_DIRECT_IND_HIGH = 1
    ADV_TYPE_SCAN_IND = 2
    ADV_TYPE_NONCONN_IND = 3
    ADV_TYPE_DIRECT_IND_LOW = 4
    ADV_CHNL_37 = 1
    ADV_CHNL_38 = 2
    ADV_CHNL_39 = 4
    ADV_CHNL_ALL = 7
    ADV_FILTER_ALLOW_SCAN_ANY_CON_ANY = 0
    ADV_FILTER_ALLOW_SCAN_WLST_CON_ANY = 1
    ADV_FILTER_ALLOW_SCAN_ANY_CON_WLST = 2
    ADV_FILTER_ALLOW_SCAN_WLST_CON_WLST = 3
    # tx_power(): types and levels
    TX_PWR_CONN = 0
    TX_PWR_ADV = 9
    TX_PWR_SCAN = 10
    TX_PWR_DEFAULT = 11
    TX_PWR_N12 = 0
    TX_PWR_N9 = 1
    TX_PWR_N6 = 2
    TX_PWR_N3 = 3
    TX_PWR_0 = 4
    TX_PWR_P3 = 5
    TX_PWR_P6 = 6
    TX_PWR_P9 = 7
