// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRouterConfig.Again;
import io.tandem.config.model.VirtualRouterConfig.Announce;
import io.tandem.config.model.VirtualRouterConfig.Pace;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What lines say about announcements, for all instances or for one. */
final class AnnounceDraft {
    int repeat = Announce.DEFAULT.repeat();
    Duration delay = Announce.DEFAULT.delay();
    Duration refresh = Announce.DEFAULT.refresh();
    int refreshRepeat = Announce.DEFAULT.refreshRepeat();

    @Nullable Integer againRepeat;

    @Nullable Duration againDelay;

    Duration elsewhere = Duration.ZERO;
    boolean everywhere;

    /** One that begins where this stands. */
    AnnounceDraft copy() {
        AnnounceDraft copy = new AnnounceDraft();
        copy.repeat = repeat;
        copy.delay = delay;
        copy.refresh = refresh;
        copy.refreshRepeat = refreshRepeat;
        copy.againRepeat = againRepeat;
        copy.againDelay = againDelay;
        copy.elsewhere = elsewhere;
        copy.everywhere = everywhere;
        return copy;
    }

    Announce finish(Pace pace) {
        Again again = againRepeat == null && againDelay == null
                ? null
                : new Again(againRepeat == null ? repeat : againRepeat, againDelay == null ? delay : againDelay);
        return new Announce(repeat, delay, refresh, refreshRepeat, again, pace, elsewhere, everywhere);
    }
}
