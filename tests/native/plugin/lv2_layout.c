/* Compares lv2_abi.h with LV2's official headers: layout at compile time, names when it runs. */
#include <lv2/atom/atom.h>
#include <lv2/core/lv2.h>
#include <lv2/log/log.h>
#include <lv2/midi/midi.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <stdio.h>
#include <string.h>

#include "plugin/lv2_abi.h"

#define SIZE(own, official) _Static_assert(sizeof(own) == sizeof(official), #own " has another size")
#define PLACE(own, field, official, theirs)                                                              \
    _Static_assert(offsetof(own, field) == offsetof(official, theirs), #own "." #field " lies elsewhere"); \
    _Static_assert(sizeof(((own *)0)->field) == sizeof(((official *)0)->theirs), #own "." #field " has another size")
#define NUMBER(own, official) _Static_assert((int)(own) == (int)(official), #own " is another number")

SIZE(Lv2Feature, LV2_Feature);
PLACE(Lv2Feature, uri, LV2_Feature, URI);
PLACE(Lv2Feature, data, LV2_Feature, data);
SIZE(Lv2Descriptor, LV2_Descriptor);
PLACE(Lv2Descriptor, uri, LV2_Descriptor, URI);
PLACE(Lv2Descriptor, instantiate, LV2_Descriptor, instantiate);
PLACE(Lv2Descriptor, connect, LV2_Descriptor, connect_port);
PLACE(Lv2Descriptor, activate, LV2_Descriptor, activate);
PLACE(Lv2Descriptor, run, LV2_Descriptor, run);
PLACE(Lv2Descriptor, deactivate, LV2_Descriptor, deactivate);
PLACE(Lv2Descriptor, cleanup, LV2_Descriptor, cleanup);
PLACE(Lv2Descriptor, extension, LV2_Descriptor, extension_data);
SIZE(Lv2Map, LV2_URID_Map);
PLACE(Lv2Map, map, LV2_URID_Map, map);
SIZE(Lv2Atom, LV2_Atom);
PLACE(Lv2Atom, type, LV2_Atom, type);
SIZE(Lv2Sequence, LV2_Atom_Sequence);
PLACE(Lv2Sequence, unit, LV2_Atom_Sequence, body.unit);
SIZE(Lv2Event, LV2_Atom_Event);
PLACE(Lv2Event, frames, LV2_Atom_Event, time.frames);
PLACE(Lv2Event, body, LV2_Atom_Event, body);
SIZE(Lv2Schedule, LV2_Worker_Schedule);
PLACE(Lv2Schedule, schedule, LV2_Worker_Schedule, schedule_work);
SIZE(Lv2Work, LV2_Worker_Interface);
PLACE(Lv2Work, work, LV2_Worker_Interface, work);
PLACE(Lv2Work, response, LV2_Worker_Interface, work_response);
PLACE(Lv2Work, end, LV2_Worker_Interface, end_run);
SIZE(Lv2State, LV2_State_Interface);
PLACE(Lv2State, save, LV2_State_Interface, save);
PLACE(Lv2State, restore, LV2_State_Interface, restore);
SIZE(Lv2Log, LV2_Log_Log);
PLACE(Lv2Log, print, LV2_Log_Log, printf);
NUMBER(0, LV2_WORKER_SUCCESS);
NUMBER(LV2_DONE, LV2_STATE_SUCCESS);
NUMBER(LV2_FAILED, LV2_STATE_ERR_UNKNOWN);
NUMBER(LV2_PLAIN, LV2_STATE_IS_POD);
NUMBER(LV2_PORTABLE, LV2_STATE_IS_PORTABLE);

int main(void) {
    const char *const pairs[][2] = {{LV2_MIDI_EVENT, LV2_MIDI__MidiEvent}, {LV2_ATOM_STRING, LV2_ATOM__String},
                                    {LV2_MAP, LV2_URID__map},              {LV2_WORK, LV2_WORKER__interface},
                                    {LV2_SCHEDULE, LV2_WORKER__schedule},  {LV2_STATE, LV2_STATE__interface},
                                    {LV2_LOG, LV2_LOG__log},               {LV2_WARNING, LV2_LOG__Warning}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(pairs[i][0], pairs[i][1])) return printf("%s is not %s\n", pairs[i][0], pairs[i][1]), 1;
    return 0;
}
