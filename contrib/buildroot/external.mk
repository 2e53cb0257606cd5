include $(sort $(wildcard $(BR2_EXTERNAL_BLUEBROKER_PATH)/package/*/*.mk))
