/* Compares clap_abi.h with CLAP's official headers, at compile time; the names of extensions when it runs. */
#include <clap/clap.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>


#include "plugin/clap_abi.h"

#define SIZE(own, official) _Static_assert(sizeof(own) == sizeof(official), #own " has another size")
#define PLACE(own, field, official, theirs)                                                              \
    _Static_assert(offsetof(own, field) == offsetof(official, theirs), #own "." #field " lies elsewhere"); \
    _Static_assert(sizeof(((own *)0)->field) == sizeof(((official *)0)->theirs), #own "." #field " has another size")
#define NUMBER(own, official) _Static_assert((long long)(own) == (long long)(official), #own " is another number")

SIZE(ClapVersion, clap_version_t);
SIZE(ClapEvent, clap_event_header_t);
PLACE(ClapEvent, time, clap_event_header_t, time);
PLACE(ClapEvent, space, clap_event_header_t, space_id);
PLACE(ClapEvent, type, clap_event_header_t, type);
PLACE(ClapEvent, flags, clap_event_header_t, flags);
SIZE(ClapNote, clap_event_note_t);
PLACE(ClapNote, id, clap_event_note_t, note_id);
PLACE(ClapNote, port, clap_event_note_t, port_index);
PLACE(ClapNote, channel, clap_event_note_t, channel);
PLACE(ClapNote, key, clap_event_note_t, key);
PLACE(ClapNote, velocity, clap_event_note_t, velocity);
SIZE(ClapNoteExpression, clap_event_note_expression_t);
PLACE(ClapNoteExpression, expression, clap_event_note_expression_t, expression_id);
PLACE(ClapNoteExpression, id, clap_event_note_expression_t, note_id);
PLACE(ClapNoteExpression, key, clap_event_note_expression_t, key);
PLACE(ClapNoteExpression, value, clap_event_note_expression_t, value);
SIZE(ClapParameterValue, clap_event_param_value_t);
PLACE(ClapParameterValue, parameter, clap_event_param_value_t, param_id);
PLACE(ClapParameterValue, cookie, clap_event_param_value_t, cookie);
PLACE(ClapParameterValue, note, clap_event_param_value_t, note_id);
PLACE(ClapParameterValue, value, clap_event_param_value_t, value);
SIZE(ClapMidi, clap_event_midi_t);
PLACE(ClapMidi, data, clap_event_midi_t, data);
SIZE(ClapSysex, clap_event_midi_sysex_t);
PLACE(ClapSysex, data, clap_event_midi_sysex_t, buffer);
PLACE(ClapSysex, size, clap_event_midi_sysex_t, size);
SIZE(ClapInputEvents, clap_input_events_t);
PLACE(ClapInputEvents, size, clap_input_events_t, size);
PLACE(ClapInputEvents, get, clap_input_events_t, get);
SIZE(ClapOutputEvents, clap_output_events_t);
PLACE(ClapOutputEvents, push, clap_output_events_t, try_push);
SIZE(ClapAudio, clap_audio_buffer_t);
PLACE(ClapAudio, single, clap_audio_buffer_t, data32);
PLACE(ClapAudio, doubled, clap_audio_buffer_t, data64);
PLACE(ClapAudio, channels, clap_audio_buffer_t, channel_count);
PLACE(ClapAudio, constant, clap_audio_buffer_t, constant_mask);
SIZE(ClapProcess, clap_process_t);
PLACE(ClapProcess, frames, clap_process_t, frames_count);
PLACE(ClapProcess, transport, clap_process_t, transport);
PLACE(ClapProcess, outputs, clap_process_t, audio_outputs);
PLACE(ClapProcess, output_count, clap_process_t, audio_outputs_count);
PLACE(ClapProcess, events, clap_process_t, in_events);
PLACE(ClapProcess, answers, clap_process_t, out_events);
SIZE(ClapHost, clap_host_t);
PLACE(ClapHost, data, clap_host_t, host_data);
PLACE(ClapHost, release, clap_host_t, version);
PLACE(ClapHost, extension, clap_host_t, get_extension);
PLACE(ClapHost, restart, clap_host_t, request_restart);
PLACE(ClapHost, process, clap_host_t, request_process);
PLACE(ClapHost, callback, clap_host_t, request_callback);
SIZE(ClapDescriptor, clap_plugin_descriptor_t);
PLACE(ClapDescriptor, id, clap_plugin_descriptor_t, id);
PLACE(ClapDescriptor, name, clap_plugin_descriptor_t, name);
PLACE(ClapDescriptor, vendor, clap_plugin_descriptor_t, vendor);
PLACE(ClapDescriptor, url, clap_plugin_descriptor_t, url);
PLACE(ClapDescriptor, manual, clap_plugin_descriptor_t, manual_url);
PLACE(ClapDescriptor, support, clap_plugin_descriptor_t, support_url);
PLACE(ClapDescriptor, release, clap_plugin_descriptor_t, version);
PLACE(ClapDescriptor, description, clap_plugin_descriptor_t, description);
PLACE(ClapDescriptor, features, clap_plugin_descriptor_t, features);
SIZE(ClapPlugin, clap_plugin_t);
PLACE(ClapPlugin, data, clap_plugin_t, plugin_data);
PLACE(ClapPlugin, init, clap_plugin_t, init);
PLACE(ClapPlugin, destroy, clap_plugin_t, destroy);
PLACE(ClapPlugin, activate, clap_plugin_t, activate);
PLACE(ClapPlugin, deactivate, clap_plugin_t, deactivate);
PLACE(ClapPlugin, start, clap_plugin_t, start_processing);
PLACE(ClapPlugin, stop, clap_plugin_t, stop_processing);
PLACE(ClapPlugin, reset, clap_plugin_t, reset);
PLACE(ClapPlugin, process, clap_plugin_t, process);
PLACE(ClapPlugin, extension, clap_plugin_t, get_extension);
PLACE(ClapPlugin, on_main_thread, clap_plugin_t, on_main_thread);
SIZE(ClapFactory, clap_plugin_factory_t);
PLACE(ClapFactory, describe, clap_plugin_factory_t, get_plugin_descriptor);
PLACE(ClapFactory, create, clap_plugin_factory_t, create_plugin);
SIZE(ClapEntry, clap_plugin_entry_t);
PLACE(ClapEntry, init, clap_plugin_entry_t, init);
PLACE(ClapEntry, end, clap_plugin_entry_t, deinit);
PLACE(ClapEntry, factory, clap_plugin_entry_t, get_factory);
SIZE(ClapAudioPort, clap_audio_port_info_t);
PLACE(ClapAudioPort, name, clap_audio_port_info_t, name);
PLACE(ClapAudioPort, flags, clap_audio_port_info_t, flags);
PLACE(ClapAudioPort, channels, clap_audio_port_info_t, channel_count);
PLACE(ClapAudioPort, type, clap_audio_port_info_t, port_type);
PLACE(ClapAudioPort, in_place, clap_audio_port_info_t, in_place_pair);
SIZE(ClapAudioPorts, clap_plugin_audio_ports_t);
PLACE(ClapAudioPorts, get, clap_plugin_audio_ports_t, get);
SIZE(ClapNotePort, clap_note_port_info_t);
PLACE(ClapNotePort, dialects, clap_note_port_info_t, supported_dialects);
PLACE(ClapNotePort, preferred, clap_note_port_info_t, preferred_dialect);
PLACE(ClapNotePort, name, clap_note_port_info_t, name);
SIZE(ClapNotePorts, clap_plugin_note_ports_t);
PLACE(ClapNotePorts, get, clap_plugin_note_ports_t, get);
SIZE(ClapParameter, clap_param_info_t);
PLACE(ClapParameter, flags, clap_param_info_t, flags);
PLACE(ClapParameter, name, clap_param_info_t, name);
PLACE(ClapParameter, module, clap_param_info_t, module);
PLACE(ClapParameter, low, clap_param_info_t, min_value);
PLACE(ClapParameter, high, clap_param_info_t, max_value);
PLACE(ClapParameter, start, clap_param_info_t, default_value);
SIZE(ClapParameters, clap_plugin_params_t);
PLACE(ClapParameters, info, clap_plugin_params_t, get_info);
PLACE(ClapParameters, value, clap_plugin_params_t, get_value);
PLACE(ClapParameters, to_text, clap_plugin_params_t, value_to_text);
PLACE(ClapParameters, from_text, clap_plugin_params_t, text_to_value);
PLACE(ClapParameters, flush, clap_plugin_params_t, flush);
SIZE(ClapHostParameters, clap_host_params_t);
PLACE(ClapHostParameters, rescan, clap_host_params_t, rescan);
PLACE(ClapHostParameters, request_flush, clap_host_params_t, request_flush);
SIZE(ClapInputStream, clap_istream_t);
PLACE(ClapInputStream, read, clap_istream_t, read);
SIZE(ClapOutputStream, clap_ostream_t);
PLACE(ClapOutputStream, write, clap_ostream_t, write);
SIZE(ClapState, clap_plugin_state_t);
PLACE(ClapState, load, clap_plugin_state_t, load);
SIZE(ClapSamples, clap_plugin_latency_t);
SIZE(ClapSamples, clap_plugin_tail_t);
SIZE(ClapRender, clap_plugin_render_t);
PLACE(ClapRender, set, clap_plugin_render_t, set);
SIZE(ClapVoices, clap_voice_info_t);
PLACE(ClapVoices, capacity, clap_voice_info_t, voice_capacity);
PLACE(ClapVoices, flags, clap_voice_info_t, flags);
SIZE(ClapVoiceInfo, clap_plugin_voice_info_t);
SIZE(ClapHostLog, clap_host_log_t);

NUMBER(CLAP_NOTE_ON, CLAP_EVENT_NOTE_ON);
NUMBER(CLAP_NOTE_OFF, CLAP_EVENT_NOTE_OFF);
NUMBER(CLAP_NOTE_CHOKE, CLAP_EVENT_NOTE_CHOKE);
NUMBER(CLAP_NOTE_ENDED, CLAP_EVENT_NOTE_END);
NUMBER(CLAP_NOTE_EXPRESSION, CLAP_EVENT_NOTE_EXPRESSION);
NUMBER(CLAP_PARAMETER_VALUE, CLAP_EVENT_PARAM_VALUE);
NUMBER(CLAP_MIDI, CLAP_EVENT_MIDI);
NUMBER(CLAP_SYSEX, CLAP_EVENT_MIDI_SYSEX);
NUMBER(CLAP_OF_VOLUME, CLAP_NOTE_EXPRESSION_VOLUME);
NUMBER(CLAP_OF_PAN, CLAP_NOTE_EXPRESSION_PAN);
NUMBER(CLAP_OF_TUNING, CLAP_NOTE_EXPRESSION_TUNING);
NUMBER(CLAP_OF_VIBRATO, CLAP_NOTE_EXPRESSION_VIBRATO);
NUMBER(CLAP_OF_EXPRESSION, CLAP_NOTE_EXPRESSION_EXPRESSION);
NUMBER(CLAP_OF_BRIGHTNESS, CLAP_NOTE_EXPRESSION_BRIGHTNESS);
NUMBER(CLAP_OF_PRESSURE, CLAP_NOTE_EXPRESSION_PRESSURE);
NUMBER(CLAP_ERROR, CLAP_PROCESS_ERROR);
NUMBER(CLAP_CONTINUE, CLAP_PROCESS_CONTINUE);
NUMBER(CLAP_SLEEP, CLAP_PROCESS_SLEEP);
NUMBER(CLAP_MAIN_PORT, CLAP_AUDIO_PORT_IS_MAIN);
NUMBER(CLAP_DIALECT_CLAP, CLAP_NOTE_DIALECT_CLAP);
NUMBER(CLAP_DIALECT_MIDI, CLAP_NOTE_DIALECT_MIDI);
NUMBER(CLAP_DIALECT_MPE, CLAP_NOTE_DIALECT_MIDI_MPE);
NUMBER(CLAP_STEPPED, CLAP_PARAM_IS_STEPPED);
NUMBER(CLAP_AUTOMATABLE, CLAP_PARAM_IS_AUTOMATABLE);
NUMBER(CLAP_ENUM, CLAP_PARAM_IS_ENUM);
NUMBER(CLAP_RESCAN_VALUES, CLAP_PARAM_RESCAN_VALUES);
NUMBER(CLAP_REALTIME, CLAP_RENDER_REALTIME);
NUMBER(CLAP_OFFLINE, CLAP_RENDER_OFFLINE);
NUMBER(CLAP_WARNING, CLAP_LOG_WARNING);
NUMBER(CLAP_NO_ID, UINT32_MAX);
NUMBER(CLAP_NAME, CLAP_NAME_SIZE);
NUMBER(CLAP_MODULE, CLAP_PATH_SIZE);

int main(void) {
    const char *const pairs[][2] = {{CLAP_AUDIO_PORTS, CLAP_EXT_AUDIO_PORTS}, {CLAP_NOTE_PORTS, CLAP_EXT_NOTE_PORTS},
                                    {CLAP_PARAMETERS, CLAP_EXT_PARAMS},       {CLAP_STATE, CLAP_EXT_STATE},
                                    {CLAP_LATENCY, CLAP_EXT_LATENCY},         {CLAP_TAIL_SAMPLES, CLAP_EXT_TAIL},
                                    {CLAP_RENDER, CLAP_EXT_RENDER},           {CLAP_VOICES, CLAP_EXT_VOICE_INFO},
                                    {CLAP_LOG, CLAP_EXT_LOG},                 {CLAP_FACTORY, CLAP_PLUGIN_FACTORY_ID}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(pairs[i][0], pairs[i][1])) return printf("%s is not %s\n", pairs[i][0], pairs[i][1]), 1;
    return 0;
}
