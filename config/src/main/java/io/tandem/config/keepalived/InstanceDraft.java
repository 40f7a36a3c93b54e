// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig.Announce;
import io.tandem.config.model.VirtualRouterConfig.TrackFile;
import io.tandem.config.model.VirtualRouterConfig.TrackInterface;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import io.tandem.config.text.Origin;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A {@code vrrp_instance} while its block is read: what the lines said, before they are weighed together. */
final class InstanceDraft {
    final String name;
    final Origin origin;
    boolean startAsMaster;

    @Nullable String interfaceName;

    int vrid;

    @Nullable Integer priority;

    @Nullable Integer version;

    Duration advertInterval = Duration.ofSeconds(1);

    @Nullable String authType;

    @Nullable String password;

    @Nullable AddressFamily family;

    final List<VirtualAddress> addresses = new ArrayList<>();
    final List<VirtualAddress> excludedAddresses = new ArrayList<>();
    final List<Statement> routeLines = new ArrayList<>();

    boolean preempt = true;
    Duration preemptDelay = Duration.ZERO;

    boolean unicastKeyword;

    @Nullable InetAddress unicastSource;

    final List<InetAddress> unicastPeers = new ArrayList<>();

    @Nullable InetAddress multicastGroup;

    final List<TrackInterface> trackInterfaces = new ArrayList<>();
    final List<TrackScript> trackScripts = new ArrayList<>();
    final List<TrackFile> trackFiles = new ArrayList<>();
    final NotifyDraft scripts = new NotifyDraft();
    Announce announce;
    boolean answerLowerPriority;
    boolean checkUnicastSource;
    boolean strict;
    boolean rfcChecksum;
    int downAdverts;

    @Nullable String syncGroup;

    /** The scripts of an instance. */
    static final class NotifyDraft {
        @Nullable List<String> master;

        @Nullable List<String> backup;

        @Nullable List<String> fault;

        @Nullable List<String> stop;

        @Nullable List<String> any;

        @Nullable String user;

        @Nullable String group;

        Stream<List<String>> commands() {
            return Stream.of(
                            Optional.ofNullable(master),
                            Optional.ofNullable(backup),
                            Optional.ofNullable(fault),
                            Optional.ofNullable(stop),
                            Optional.ofNullable(any))
                    .flatMap(Optional::stream);
        }
    }

    InstanceDraft(Statement block, Globals globals) {
        name = block.parameter(1);
        origin = block.origin();
        announce = globals.announce;
        answerLowerPriority = globals.answerLowerPriority;
        checkUnicastSource = globals.checkUnicastSource;
        strict = globals.strict;
        rfcChecksum = globals.rfcChecksum;
        downAdverts = globals.downAdverts;
    }
}
