// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.Notify;
import io.tandem.config.model.Notify.Moment;
import io.tandem.config.model.Script;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who is told of transitions, while a block is read. */
final class NotifyDraft {
    final Map<Moment, Script> scripts = new EnumMap<>(Moment.class);

    @Nullable Script any;

    boolean tellsDeleted;

    @Nullable Boolean tellsPriorities;

    @Nullable Boolean mails;

    Stream<Script> all() {
        return Stream.concat(scripts.values().stream(), Stream.ofNullable(any));
    }

    /** No script may run: nobody is there to run it. */
    void dropScripts() {
        scripts.clear();
        any = null;
    }

    Notify notify(Globals globals) {
        return new Notify(
                scripts,
                any,
                tellsDeleted,
                tellsPriorities == null ? globals.tellsPriorities : tellsPriorities,
                mails == null ? globals.mail.byDefault() : mails);
    }
}
