<qgis version="3.34" styleCategories="Symbology">
 <renderer-v2 type="categorizedSymbol" attr="cover" enableorderby="0" forceraster="0" symbollevels="0">
  <categories>
   <category value="permeable_concrete" symbol="0" label="permeable concrete 透水混凝土" render="true"/>
   <category value="permeable_brick" symbol="1" label="permeable brick 透水砖" render="true"/>
   <category value="asphalt" symbol="2" label="asphalt 沥青" render="true"/>
   <category value="concrete" symbol="3" label="concrete 混凝土" render="true"/>
   <category value="gravel" symbol="4" label="gravel 碎石" render="true"/>
   <category value="roof" symbol="5" label="roof 屋面" render="true"/>
   <category value="green" symbol="6" label="green 绿地" render="true"/>
   <category value="sunken_green" symbol="7" label="sunken green 下沉式绿地" render="true"/>
   <category value="bare_soil" symbol="8" label="bare soil 裸土" render="true"/>
   <category value="water" symbol="9" label="water 水面" render="true"/>
  </categories>
  <symbols>
   <symbol name="0" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="243,201,165,255"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
   <symbol name="1" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="230,180,160,255"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
   <symbol name="2" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="150,150,150,255"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
   <symbol name="3" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="200,200,200,255"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
   <symbol name="4" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="215,205,190,255"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
   <symbol name="5" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="214,210,203,255"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
   <symbol name="6" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="191,227,180,255"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
   <symbol name="7" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="143,207,143,255"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
   <symbol name="8" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="228,217,176,255"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
   <symbol name="9" type="fill" alpha="1"><layer class="SimpleFill" enabled="1"><Option type="Map"><Option type="QString" name="color" value="160,200,230,255"/><Option type="QString" name="style" value="solid"/><Option type="QString" name="outline_style" value="no"/></Option></layer></symbol>
  </symbols>
 </renderer-v2>
</qgis>
