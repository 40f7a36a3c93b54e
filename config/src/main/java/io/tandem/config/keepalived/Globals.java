// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.NotifyFifo;
import io.tandem.config.model.Script;
import io.tandem.config.model.VirtualRouterConfig.Pace;
import io.tandem.config.model.VrrpGlobals;
import io.tandem.config.model.VrrpGlobals.LinkDelay;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code global_defs} sets for all instances. Filled before any instance is read. */
final class Globals {
    int version = 2;
    boolean scriptSecurity;
    boolean dynamicInterfaces;

    @Nullable String scriptUser;

    @Nullable String scriptGroup;

    final AnnounceDraft announce = new AnnounceDraft();
    Duration arpGap = Duration.ZERO;
    Duration neighborGap = Duration.ZERO;
    String defaultInterface = "eth0";
    boolean answerLowerPriority = true;
    boolean checkUnicastSource;
    boolean strict;
    boolean rfcChecksum;
    int downAdverts = 3;

    @Nullable InetAddress multicastGroup4;

    @Nullable InetAddress multicastGroup6;

    @Nullable String routerId;

    final MailDraft mail = new MailDraft();
    boolean tellsPriorities;
    boolean fifosOnReload;
    final FifoDraft allFifo = new FifoDraft();
    final FifoDraft vrrpFifo = new FifoDraft();

    @Nullable Script startup;

    @Nullable Script shutdown;

    Duration startupLimit = VrrpGlobals.DEFAULT.startupLimit();
    Duration shutdownLimit = VrrpGlobals.DEFAULT.shutdownLimit();
    Duration startupDelay = Duration.ZERO;
    Duration delayAfterBoot = Duration.ZERO;
    boolean answersHigher;
    boolean ownerIgnores;

    @Nullable String netNamespace;

    final List<LinkDelay> linkDelays = new ArrayList<>();

    /** {@code notify_fifo} or {@code vrrp_notify_fifo}, and its script. */
    static final class FifoDraft {
        @Nullable Path path;

        @Nullable String user;

        @Nullable String group;

        @Nullable Script reader;
    }

    /** Of announcements on interfaces without a group. */
    Pace pace() {
        return new Pace(arpGap, neighborGap, null);
    }

    VrrpGlobals config(String hostName) {
        List<NotifyFifo> fifos = new ArrayList<>();
        for (FifoDraft fifo : List.of(allFifo, vrrpFifo)) {
            if (fifo.path != null) {
                fifos.add(new NotifyFifo(fifo.path, fifo.user, fifo.group, fifo.reader));
            }
        }
        return new VrrpGlobals(
                routerId,
                fifos,
                fifosOnReload,
                mail.config(hostName),
                startup,
                startupLimit,
                shutdown,
                shutdownLimit,
                startupDelay,
                new VrrpGlobals.Host(netNamespace, linkDelays, delayAfterBoot));
    }
}
