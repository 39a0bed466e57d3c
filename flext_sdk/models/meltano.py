# Generated from openapi/ by "make generate". Do not edit: change the contract or the generator, then generate again.

"""Models of the tag meltano."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from flext_sdk._core.model import Model, NullAsEmpty, OpenEnum

from . import pipelines


class MeltanoInit(Model):
    """
    A project to be made.
    """

    project: str
    """
    Folder of the project; it must be empty or not be there yet.
    """


class MeltanoProject(Model):
    """
    A Meltano project.
    """

    project: str
    """
    Its folder.
    """
    name: str
    """
    Name of the folder.
    """
    meltano_version: str | None = None
    """
    Version of Meltano that works on it.
    """


class MeltanoPlugin(Model):
    """
    A plugin of a Meltano project, or one that can be added.
    """

    type: str
    """
    extractor, loader, utility, transformer, mapper, file or orchestrator.
    """
    name: str
    """
    Its name in the project.
    """
    variant: str | None = None
    """
    Whose it is.
    """
    inherit_from: str | None = None
    """
    The plugin that it takes its definition from.
    """
    pip_url: str | None = None
    """
    What is installed for it; null where its program is there already.
    """
    executable: str | None = None
    """
    Name of its program.
    """
    installed: bool | None = None
    """
    Whether it can be called.
    """
    note: str | None = None
    """
    What to know about it, such as its licence.
    """


class MeltanoAdd(Model):
    """
    A plugin to be added.
    """

    project: str | None = None
    """
    Folder of the project; the current folder
    """
    type: str
    """
    extractor, loader, utility, ...; tap and target too.
    """
    name: str
    """
    Name of the plugin.
    """
    from_ref: str | None = None
    """
    A YAML file with its definition.
    """


class MeltanoInstall(Model):
    """
    What to install.
    """

    project: str | None = None
    """
    Folder of the project; the current folder
    """
    plugins: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Only these plugins.
    """
    clean: bool = False
    """
    Make their environments new.
    """


class MeltanoRunRequest(Model):
    """
    What to run.
    """

    project: str | None = None
    """
    Folder of the project; the current folder
    """
    tasks: Annotated[list[str], NullAsEmpty]
    """
    Plugins and jobs in their order: a tap and its target.
    """
    environment: str | None = None
    """
    Meltano environment; the project's default when left out.
    """
    full_refresh: bool = False
    """
    Read everything again instead of going on from the state.
    """
    state_id_suffix: str | None = None
    """
    What is added to the ids of the states.
    """
    force: bool = False
    """
    Run though Meltano says that the same is running already.
    """


class MeltanoStop(Model):
    """
    How to stop.
    """

    project: str | None = None
    """
    Folder of the project; the current folder
    """
    execution_id: str | None = None
    """
    Only this run.
    """
    force: bool = False
    """
    End the processes at once instead of asking them first.
    """


class MeltanoInvoke(Model):
    """
    A call of a plugin.
    """

    project: str | None = None
    """
    Folder of the project; the current folder
    """
    plugin: str
    """
    Name of the plugin, with a command of its own behind a colon: dbt:run.
    """
    arguments: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Arguments for its program.
    """


class MeltanoTest(Model):
    """
    What to test.
    """

    project: str | None = None
    """
    Folder of the project; the current folder
    """
    plugins: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Only these plugins, or tests as plugin:test.
    """
    config: str | None = None
    """
    Try the settings of this plugin instead.
    """


class MeltanoUpgrade(Model):
    """
    What to upgrade.
    """

    project: str | None = None
    """
    Folder of the project that is brought up to the new release; only the environment when left out.
    """
    version: str | None = None
    """
    Version of Meltano: 4.4.1, or 4.4 for its newest.
    """


class MeltanoConfigRequest(Model):
    """
    Change of settings; nothing is changed where one of them is wrong.
    """

    project: str | None = None
    """
    Folder of the project; the current folder
    """
    set: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    Values by name.
    """
    unset: Annotated[list[str], NullAsEmpty] = Field(default_factory=list)
    """
    Names of settings that lose their value.
    """
    extras: bool = False
    """
    Show Meltano's own settings of a plugin too; their names begin with _.
    """


class MeltanoSetting(Model):
    """
    A setting, its value, and where that comes from.
    """

    name: str
    value: Any | None = None
    """
    The value; secrets are masked.
    """
    source: str | None = None
    """
    default, meltano_yml, dotenv, env, db, ...
    """
    kind: str | None = None
    """
    What it takes: string, integer, boolean, array, object, date_iso8601, ...
    """
    secret: bool | None = None
    """
    Whether its value is shown to nobody.
    """
    env: str | None = None
    """
    The environment variable that sets it.
    """
    description: str | None = None


class MeltanoScheduleRequestCatchup(OpenEnum):
    """
    What to do about times that were missed: skip them, run for the latest, or for all (at most 24).
    """

    skip = "skip"
    latest = "latest"
    all = "all"


class MeltanoScheduleRequest(Model):
    """
    Change of a schedule; what is left out stays.
    """

    project: str | None = None
    """
    Folder of the project; the current folder
    """
    interval: str | None = None
    """
    Five fields as in crontab, or @hourly, @daily, @weekly, @monthly, @yearly.
    """
    extractor: str | None = None
    """
    The tap of a new schedule.
    """
    loader: str | None = None
    """
    The target of a new schedule.
    """
    job: str | None = None
    """
    The job of a new schedule.
    """
    timezone: str | None = None
    """
    Time zone of the fields, such as Europe/Berlin.
    """
    enabled: bool | None = None
    """
    Whether this platform executes it.
    """
    catchup: MeltanoScheduleRequestCatchup | None = None
    remove: bool = False
    """
    Take the schedule out of meltano.yml.
    """


class MeltanoState(Model):
    """
    A state of a Meltano project.
    """

    state_id: str
    """
    environment:tap-to-target, or the name of a schedule.
    """
    state: Annotated[dict[str, Any], NullAsEmpty] = Field(default_factory=dict)
    """
    The bookmarks are under singer_state.
    """


class MeltanoStateRequest(Model):
    """
    A state set by hand.
    """

    project: str | None = None
    """
    Folder of the project; the current folder
    """
    state: Annotated[dict[str, Any], NullAsEmpty]
    """
    The state; the bookmarks are under singer_state.
    """


class MeltanoPluginList(Model):
    """
    Plugins.
    """

    plugins: Annotated[list[MeltanoPlugin], NullAsEmpty]
    total: int


class MeltanoSettings(Model):
    """
    The settings of a component.
    """

    component: str
    """
    Name of the plugin, or meltano.
    """
    settings: Annotated[list[MeltanoSetting], NullAsEmpty]


class MeltanoSchedule(Model):
    """
    A schedule of a Meltano project.
    """

    name: str
    interval: str | None = None
    """
    Five fields as in crontab, or a word such as @daily; null once it was removed.
    """
    runs: str | None = None
    """
    What it runs.
    """
    enabled: bool | None = None
    """
    Whether this platform executes it.
    """
    timezone: str | None = None
    """
    Time zone of the fields.
    """
    catchup: str | None = None
    """
    skip, latest or all.
    """
    next_runs: Annotated[list[AwareDatetime], NullAsEmpty] = Field(default_factory=list)
    """
    The next times; none while it is not executed.
    """
    last: pipelines.ScheduleSlot | None = None


class MeltanoStateList(Model):
    """
    States.
    """

    states: Annotated[list[MeltanoState], NullAsEmpty]
    total: int


class MeltanoScheduleList(Model):
    """
    Schedules.
    """

    schedules: Annotated[list[MeltanoSchedule], NullAsEmpty]
    total: int
