// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.tandem.config.keepalived.NetworkNamespace;
import io.tandem.config.model.MailConfig;
import io.tandem.config.model.Notify;
import io.tandem.config.model.Notify.Moment;
import io.tandem.config.model.NotifyFifo;
import io.tandem.config.model.Script;
import io.tandem.config.model.SyncGroupConfig;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Tracks;
import io.tandem.config.model.VrrpGlobals;
import io.tandem.config.model.VrrpGlobals.LinkDelay;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads who is told of transitions: {@code notify} of a router or a group, {@code fifos}, {@code mail}. */
final class NotifyReader {
    private static final Map<String, Moment> MOMENTS = Map.of(
            "master", Moment.MASTER,
            "backup", Moment.BACKUP,
            "fault", Moment.FAULT,
            "stop", Moment.STOP,
            "deleted", Moment.DELETED,
            "lower-priority-heard", Moment.MASTER_RX_LOWER_PRI);

    private static final Duration MOST_DELAY = Duration.ofSeconds(255);

    private NotifyReader() {}

    static Notify read(@Nullable Settings notify) {
        if (notify == null) {
            return Notify.NONE;
        }
        String user = notify.string("user", "nobody");
        String group = notify.string("group", "nogroup");
        Map<Moment, Script> scripts = new EnumMap<>(Moment.class);
        MOMENTS.forEach((key, moment) -> {
            List<String> command = command(notify, key);
            if (command != null) {
                scripts.put(moment, new Script(command, user, group));
            }
        });
        List<String> any = command(notify, "any");
        Notify read = new Notify(
                scripts,
                any == null ? null : new Script(any, user, group),
                scripts.containsKey(Moment.DELETED),
                notify.bool("priorities", false),
                notify.bool("mail", false));
        notify.rejectUnknown();
        return read;
    }

    static @Nullable List<String> command(Settings settings, String key) {
        List<String> words = settings.strings(key, "[ \"/path/to/script\", \"argument\" ]");
        return words.isEmpty() ? null : words;
    }

    /** {@code groups}: who is told; routers name the group they belong to. */
    static List<SyncGroupConfig> groups(@Nullable Settings named, List<VirtualRouterConfig> routers) {
        List<SyncGroupConfig> groups = new ArrayList<>();
        for (String name : named == null ? List.<String>of() : named.names()) {
            Settings group = named == null ? null : named.child(name);
            if (group != null) {
                Notify notify = read(group.child("notify"));
                group.rejectUnknown();
                List<String> members = members(routers, name);
                if (members.isEmpty()) {
                    group.warn("notify", "is of a group that no router names", "sync-group = \"" + name + "\"");
                }
                groups.add(new SyncGroupConfig(name, members, Tracks.NONE, notify));
            }
        }
        routers.stream()
                .map(VirtualRouterConfig::syncGroup)
                .distinct()
                .filter(name -> name != null
                        && groups.stream().noneMatch(group -> group.name().equals(name)))
                .forEach(name -> groups.add(new SyncGroupConfig(
                        String.valueOf(name), members(routers, String.valueOf(name)), Tracks.NONE, Notify.NONE)));
        return groups;
    }

    private static List<String> members(List<VirtualRouterConfig> routers, String group) {
        return routers.stream()
                .filter(router -> group.equals(router.syncGroup()))
                .map(VirtualRouterConfig::name)
                .toList();
    }

    /** What a {@code vrrp} block says for all routers, upon what a keepalived.conf beside it says. */
    static VrrpGlobals globals(Settings vrrp, VrrpGlobals given, String hostName) {
        List<NotifyFifo> fifos = new ArrayList<>(given.fifos());
        for (ConfigValue value : vrrp.list("fifos")) {
            NotifyFifo fifo = fifo(vrrp, value);
            if (fifo != null) {
                fifos.add(fifo);
            }
        }
        Script startup = script(vrrp, "startup-script");
        Script shutdown = script(vrrp, "shutdown-script");
        MailConfig mail = mail(vrrp.child("mail"), hostName);
        return new VrrpGlobals(
                vrrp.has("router-id") ? vrrp.string("router-id", "node1") : given.routerId(),
                fifos,
                vrrp.bool("fifos-on-reload", given.fifosOnReload()),
                mail == null ? given.mail() : mail,
                startup == null ? given.startup() : startup,
                limit(vrrp, "startup-script", given.startupLimit()),
                shutdown == null ? given.shutdown() : shutdown,
                limit(vrrp, "shutdown-script", given.shutdownLimit()),
                vrrp.duration("startup-delay", given.startupDelay(), Duration.ZERO, Duration.ofHours(1)),
                host(vrrp, given.host()));
    }

    /** A path, or a block. */
    private static @Nullable NotifyFifo fifo(Settings vrrp, ConfigValue value) {
        if (!(value instanceof ConfigObject object)) {
            String path = vrrp.scalar("fifos", value, "[ \"/run/tandem/vrrp.fifo\" ]");
            return path == null ? null : new NotifyFifo(Path.of(path), null, null, null);
        }
        Settings fifo = vrrp.element("fifos", object);
        String path = fifo.string("path", "/run/tandem/vrrp.fifo");
        String user = fifo.string("user", "nobody");
        String group = fifo.string("group", "nogroup");
        List<String> reader = command(fifo, "script");
        if (path == null) {
            fifo.missing("path", "/run/tandem/vrrp.fifo");
        }
        fifo.rejectUnknown();
        return path == null
                ? null
                : new NotifyFifo(Path.of(path), user, group, reader == null ? null : new Script(reader, user, group));
    }

    private static @Nullable Script script(Settings vrrp, String key) {
        Settings settings = vrrp.child(key);
        if (settings == null) {
            return null;
        }
        List<String> command = command(settings, "command");
        if (command == null) {
            settings.missing("command", "[ /usr/local/bin/prepare ]");
            command = List.of();
        }
        String user = settings.string("user", "root");
        String group = settings.string("group", "root");
        settings.has("timeout"); // read elsewhere
        settings.rejectUnknown();
        return command.isEmpty() ? null : new Script(command, user, group);
    }

    private static Duration limit(Settings vrrp, String key, Duration given) {
        Settings settings = vrrp.child(key);
        return settings == null
                ? given
                : settings.duration("timeout", given, Duration.ofSeconds(1), Duration.ofSeconds(1000));
    }

    private static VrrpGlobals.Host host(Settings vrrp, VrrpGlobals.Host given) {
        String namespace = vrrp.string("net-namespace", "blue");
        if (namespace != null && !NetworkNamespace.isName(namespace)) {
            vrrp.wrong("net-namespace", "is no name of a namespace", "net-namespace = blue");
            namespace = null;
        }
        List<LinkDelay> delays = new ArrayList<>(given.linkDelays());
        Settings named = vrrp.child("interface-delays");
        for (String name : named == null ? List.<String>of() : named.names()) {
            Settings delay = named == null ? null : named.child(name);
            if (delay != null) {
                Duration down = delay.duration("down", Duration.ZERO, Duration.ZERO, MOST_DELAY);
                delays.add(new LinkDelay(name, down, delay.duration("up", down, Duration.ZERO, MOST_DELAY)));
                delay.rejectUnknown();
            }
        }
        return new VrrpGlobals.Host(
                namespace == null ? given.namespace() : namespace,
                delays,
                vrrp.duration("delay-after-boot", given.delayAfterBoot(), Duration.ZERO, Duration.ofHours(1)));
    }

    private static @Nullable MailConfig mail(@Nullable Settings mail, String hostName) {
        if (mail == null) {
            return null;
        }
        String server = mail.string("server", "127.0.0.1");
        List<String> to = mail.strings("to", "[ \"admin@example.com\" ]");
        if (server == null) {
            mail.missing("server", "127.0.0.1");
        }
        if (to.isEmpty()) {
            mail.missing("to", "[ \"admin@example.com\" ]");
        }
        int port = mail.integer("port", 25, 1, 65_535);
        String helo = mail.string("helo", hostName);
        String from = mail.string("from", "tandem@" + hostName);
        Duration timeout =
                mail.duration("timeout", Duration.ofSeconds(30), Duration.ofSeconds(1), Duration.ofMinutes(10));
        boolean faults = mail.bool("faults", true);
        mail.rejectUnknown();
        return server == null || to.isEmpty()
                ? null
                : new MailConfig(
                        server,
                        port,
                        helo == null ? hostName : helo,
                        timeout,
                        from == null ? "tandem@" + hostName : from,
                        to,
                        faults);
    }
}
